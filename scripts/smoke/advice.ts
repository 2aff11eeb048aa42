/** Says what to do next about what went wrong in a run. */
import type { Stage } from "../../naming/resource-names";

/** The command that deletes what earlier runs have left. */
export const cleanUpCommand = (stage: Stage): string => `npm run smoke -- --stage ${stage} --clean-up`;

/** What went wrong: the code of a problem or of a failure, and the status of the response, if it was one. */
export interface Trouble {
  readonly code: string;
  readonly status?: number;
}

/** Returns what to do next, with the document that says more. */
export function adviceOn({ code, status }: Trouble, stage: Stage): string {
  const isLocal = stage === "local";
  const seed = isLocal
    ? "The local start uploads models and data set: look at what npm start prints (docs/troubleshooting.md)."
    : `Upload models and data set: npm run seed -- --stage ${stage} (docs/deploy.md#deploy).`;
  switch (code) {
    case "UNAUTHENTICATED":
    case "FORBIDDEN":
      return isLocal
        ? "The API does not take the token. Without --token and OPENCOMPOSER_TOKEN the command signs in by itself."
        : `The API does not take the token. Sign in again: npm run sign-in -- --stage ${stage} (docs/deploy.md#users-and-sign-in).`;
    case "TOKEN_ENDS":
      return "Sign in again; without --token and OPENCOMPOSER_TOKEN the command does so itself (docs/deploy.md#users-and-sign-in).";
    case "NO_STOCK_MODEL":
    case "NO_DATA":
    case "MODEL_NOT_FOUND":
    case "DATASET_NOT_FOUND":
    case "DATASET_NOT_READY":
      return seed;
    case "CONSOLE_NOT_SERVED":
      return isLocal
        ? "The local start builds and serves the console: look at what npm start prints (docs/troubleshooting.md)."
        : `Upload the console: npm run seed -- --stage ${stage} (docs/deploy.md#deploy). CloudFront needs some minutes to tell of it.`;
    case "USER_QUOTA_REACHED":
      return `The user has no room left. Delete what earlier runs have left: ${cleanUpCommand(stage)}; or delete something else of the user's.`;
    case "NETWORK_FAILURE":
      return isLocal
        ? "Is the local cloud up? npm start begins one (docs/troubleshooting.md)."
        : `Is the stage deployed, and is there a network? npm run doctor -- --stage ${stage} (docs/deploy.md#is-everything-right).`;
    case "LEFT":
      return `Delete it later: ${cleanUpCommand(stage)}`;
    case "OVER_CEILING":
      return "Allow more by --max-cost, or choose a cheaper training.instanceType (docs/deploy.md#does-everything-work).";
    case "QUOTA_EXCEEDED":
      return "Ask AWS for a higher quota (docs/runbook.md#training-refused-for-a-quota).";
    case "TRAINING_JOB_REFUSED":
    case "INFERENCE_REFUSED":
      return "A policy of the account does not allow it (docs/runbook.md#training-or-composing-refused-by-a-policy).";
    case "CAPACITY_DEADLINE_PASSED":
      return "AWS has no such machine now: try later, or choose another training.instanceType (docs/runbook.md#training-refused-for-a-quota).";
    case "STEP_DEADLINE_COMPOSITION":
    case "COMPOSITION_FAILED":
      return isLocal
        ? "Read the container's log in .local/sagemaker/logs (docs/troubleshooting.md)."
        : "Read the endpoint's log (docs/runbook.md#failed-compositions).";
    case "STEP_DEADLINE_START":
      return isLocal
        ? "Read .local/logs/sagemaker.log (docs/troubleshooting.md)."
        : "A job that waits has no slot or no machine (docs/runbook.md#jobs-wait-and-do-not-start).";
    case "STEP_DEADLINE_TRAINING":
    case "TRAINING_FAILED":
      return isLocal
        ? "Read the container's log in .local/sagemaker/logs (docs/troubleshooting.md)."
        : "Read the job's row, its workflow and the container's log (docs/runbook.md#failed-training-jobs).";
    default:
      break;
  }
  if (status !== undefined && status >= 500) {
    return isLocal
      ? "Search .local/cloud/ministack.log for the request's id (docs/troubleshooting.md)."
      : "Search the log of the API's function for the request's id (docs/runbook.md#where-things-are).";
  }
  return isLocal
    ? "See docs/troubleshooting.md."
    : `npm run doctor -- --stage ${stage} checks the deployment (docs/deploy.md#is-everything-right).`;
}
