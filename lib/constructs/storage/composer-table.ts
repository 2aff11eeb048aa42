import { AttributeType, BillingMode, ProjectionType, StreamViewType, Table } from "aws-cdk-lib/aws-dynamodb";
import { Construct } from "constructs";
import { openWorkIndex, partitionKey, sortKey, timeToLiveAttribute } from "../../../naming/table-keys";
import type { StageConfig } from "../../config/stage-config";
import { protectedRemovalPolicy } from "../removal-policy";

export interface ComposerTableProps {
  readonly config: StageConfig;
}

/**
 * The one table. naming/table-keys.ts has its keys and access patterns.
 *
 * It is a `Table` rather than a `TableV2`, because it lives in one region, and the local cloud updates this type in
 * place. It would replace a global table by a new one without the items.
 */
export class ComposerTable extends Construct {
  readonly table: Table;

  constructor(scope: Construct, id: string, { config }: ComposerTableProps) {
    super(scope, id);
    this.table = new Table(this, "Table", {
      partitionKey: { name: partitionKey, type: AttributeType.STRING },
      sortKey: { name: sortKey, type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      // The dispatcher compares the old image with the new one (the outbox).
      stream: StreamViewType.NEW_AND_OLD_IMAGES,
      timeToLiveAttribute,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: config.storage.pointInTimeRecovery },
      deletionProtection: config.storage.deletionProtection,
      removalPolicy: protectedRemovalPolicy(config),
    });
    this.table.addGlobalSecondaryIndex({
      indexName: openWorkIndex.indexName,
      partitionKey: { name: openWorkIndex.partitionKey, type: AttributeType.STRING },
      sortKey: { name: openWorkIndex.sortKey, type: AttributeType.STRING },
      projectionType: ProjectionType.ALL,
    });
  }
}
