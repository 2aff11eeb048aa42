import { PolicyStatement, type Role } from "aws-cdk-lib/aws-iam";
import type { Bucket } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { everyOwnVersion } from "../../../naming/object-keys";
import { resourcePrefix, trainingLogGroup } from "../../../naming/resource-names";
import type { StageConfig } from "../../config/stage-config";
import { acknowledgeWildcards } from "../permissions/acknowledge-findings";
import { makeSageMakerRole } from "../permissions/sagemaker-role";

export interface TrainingRoleProps {
  readonly config: StageConfig;
  readonly artifacts: Bucket;
  readonly work: Bucket;
}

/**
 * The role of training jobs. With it SageMaker reads the data set and writes checkpoints and output. Of users' music it
 * can read versions of data sets alone.
 */
export class TrainingRole extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string, { config, artifacts, work }: TrainingRoleProps) {
    super(scope, id);
    this.role = makeSageMakerRole(this, "Role", {
      description: `Training jobs of ${resourcePrefix(config.stage)}`,
      logGroupName: `${trainingLogGroup}*`,
      // The group has a fixed name that all deployments of an account share, so no stack can own it.
      makesLogGroup: true,
      metricNamespaces: [trainingLogGroup],
    });
    const jobs = "users/*/training-jobs/*";
    const checkpoints = work.arnForObjects(`${jobs}/checkpoints/*`);
    const data = ["datasets/*", everyOwnVersion].map((keys) => artifacts.arnForObjects(keys));
    const readable = [...data, work.arnForObjects(`${jobs}/selection/*`), checkpoints];
    const writable = [checkpoints, work.arnForObjects(`${jobs}/output/*`)];
    this.role.addToPolicy(new PolicyStatement({ actions: ["s3:GetObject"], resources: readable }));
    this.role.addToPolicy(
      new PolicyStatement({ actions: ["s3:PutObject", "s3:AbortMultipartUpload"], resources: writable }),
    );
    // SageMaker deletes the copy of every file that the container deletes in its checkpoint folder (Developer Guide,
    // "Checkpoints in Amazon SageMaker AI"). Without this permission old samples and cut-off files stay.
    this.role.addToPolicy(new PolicyStatement({ actions: ["s3:DeleteObject"], resources: [checkpoints] }));
    // SageMaker's page of roles gives this right without a condition on s3:prefix. It does not say with which prefixes, if
    // with any, SageMaker lists.
    this.role.addToPolicy(
      new PolicyStatement({ actions: ["s3:ListBucket"], resources: [artifacts.bucketArn, work.bucketArn] }),
    );
    acknowledgeWildcards(
      this.role,
      [...readable, ...writable],
      "The prefixes of training jobs: one role serves every job, and with network isolation only SageMaker's own agent uses it, for the prefixes named when the job was created.",
    );
  }
}
