import { type App, CfnOutput, Stack } from "aws-cdk-lib";
import type { Table } from "aws-cdk-lib/aws-dynamodb";
import type { Bucket } from "aws-cdk-lib/aws-s3";
import type { StageConfig } from "../config/stage-config";
import { ComposerBuckets } from "../constructs/storage/composer-buckets";
import { ComposerTable } from "../constructs/storage/composer-table";
import { ImageRepository } from "../constructs/storage/image-repository";
import { stackSettings } from "./stack-settings";

export interface StorageStackProps {
  readonly config: StageConfig;
}

/** The stack of everything that holds data, apart from the users, and of the images' repository. It can outlive every other stack. */
export class StorageStack extends Stack {
  readonly table: Table;
  readonly artifacts: Bucket;
  readonly work: Bucket;

  constructor(scope: App, id: string, { config }: StorageStackProps) {
    super(scope, id, stackSettings(config, "table and buckets"));
    ({ table: this.table } = new ComposerTable(this, "Records", { config }));
    ({ artifacts: this.artifacts, work: this.work } = new ComposerBuckets(this, "Objects", { config }));

    // The local SageMaker pulls nothing.
    if (config.stage !== "local") {
      const { repository } = new ImageRepository(this, "Images", { config });
      new CfnOutput(this, "ImageRepositoryUri", { value: repository.repositoryUri });
    }

    new CfnOutput(this, "TableName", { value: this.table.tableName });
    new CfnOutput(this, "ArtifactsBucketName", { value: this.artifacts.bucketName });
    new CfnOutput(this, "WorkBucketName", { value: this.work.bucketName });
  }
}
