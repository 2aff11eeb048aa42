import { AttributeType, BillingMode, ProjectionType, StreamViewType, Table } from "aws-cdk-lib/aws-dynamodb";
import { Construct } from "constructs";
import { openWorkIndex, partitionKey, sortKey, timeToLiveAttribute } from "../../../naming/table-keys";
import type { StageConfig } from "../../config/stage-config";
import { removalPolicy } from "../removal-policy";

export interface ComposerTableProps {
  readonly config: StageConfig;
}

/**
 * The one table. Keys and access patterns stand in naming/table-keys.ts.
 *
 * `Table` rather than `TableV2`: it lives in one region, and the local cloud updates this type in place where it would
 * make a global table anew and lose its items.
 */
export class ComposerTable extends Construct {
  readonly table: Table;

  constructor(scope: Construct, id: string, { config }: ComposerTableProps) {
    super(scope, id);
    this.table = new Table(this, "Table", {
      partitionKey: { name: partitionKey, type: AttributeType.STRING },
      sortKey: { name: sortKey, type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      // The outbox: the dispatcher compares what was with what is.
      stream: StreamViewType.NEW_AND_OLD_IMAGES,
      timeToLiveAttribute,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: config.storage.pointInTimeRecovery },
      deletionProtection: config.storage.deletionProtection,
      removalPolicy: removalPolicy(config),
    });
    this.table.addGlobalSecondaryIndex({
      indexName: openWorkIndex.indexName,
      partitionKey: { name: openWorkIndex.partitionKey, type: AttributeType.STRING },
      sortKey: { name: openWorkIndex.sortKey, type: AttributeType.STRING },
      projectionType: ProjectionType.ALL,
    });
  }
}
