/** Which Regions a stage may be deployed to. It has a file of its own, because commands ask it that load no CDK. */
import { StageConfigError } from "./stage-config-error";

/** The Regions that are no part of AWS's partition `aws`: China, GovCloud, the secret Regions and the Sovereign Cloud. */
const otherPartitions = /^(?:cn|us-gov|us-iso[a-z]?|eu-isoe|eusc)-/;

/**
 * Refuses the Regions of other partitions. The names of AWS's own hosts are others there: the sign-in page of GovCloud,
 * the issuer of tokens in China. Nothing here knows them, so nobody could sign in.
 * @param region the Region of the deploy; undefined if nothing names one
 * @throws StageConfigError if the Region is of another partition than `aws`
 */
export function refuseOtherPartitions(region: string | undefined): void {
  if (region === undefined || !otherPartitions.test(region)) return;
  throw new StageConfigError(
    `The Region ${region} is not supported: in China, GovCloud and the Sovereign Cloud AWS's own hosts have other names, ` +
      "which OpenComposer does not know, so nobody could sign in. Choose another Region (docs/deploy.md).",
  );
}
