/**
 * Reads the text with which SageMaker refuses a training job for a quota of the account, as `The account-level service
 * limit 'ml.m5.xlarge for training job usage' is 0 Instances, with current utilization of 0 Instances and a request
 * delta of 1 Instances.` The code of the error alone does not say which quota it is, nor whether waiting can help.
 */
import type { Failure } from "../schemas/failure";
import { sentenceOf } from "../schemas/sentence";

export interface QuotaRefusal {
  /** The service's first sentence, without ARNs and account ids. */
  readonly text: string;
  /** True if the quota is 0: then no job ends that would leave room for this one. */
  readonly isZero: boolean;
}

const maxTextLength = 400;

/** Returns what a refusal says. A text of another form counts as a quota that is used up for the moment. */
export function readQuotaRefusal(reason: string): QuotaRefusal {
  const [sentence = ""] = reason.trim().split(/(?<=\.)\s/, 1);
  const shown = sentence
    .replace(/arn:\S+/g, "…")
    .replace(/\b\d{12}\b/g, "…")
    .replace(/\p{Surrogate}/gu, "")
    .slice(0, maxTextLength);
  return { text: sentenceOf(shown), isZero: /\blimit '[^']+' is 0(?![\d.,]*\d)/i.test(reason) };
}

/** Returns the failure of a job that the account's quota does not allow. */
export function quotaExceeded({ text, isZero }: QuotaRefusal): Failure {
  const said = text === "" ? "" : ` ${text}`;
  return {
    code: "QUOTA_EXCEEDED",
    message: isZero
      ? `The training platform allows this deployment no machine for training.${said} Its operator has to ask for a higher quota.`
      : `The training platform's quota of machines was used up for as long as a job may wait.${said} Try again later.`,
    retryable: !isZero,
  };
}
