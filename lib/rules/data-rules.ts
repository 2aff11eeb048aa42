import * as z from "zod";
import type { Rule } from "./rule";

const tableSchema = z.looseObject({
  DeletionProtectionEnabled: z.boolean().default(false),
  PointInTimeRecoverySpecification: z.looseObject({ PointInTimeRecoveryEnabled: z.boolean() }).optional(),
});

/**
 * Rules for what holds data. That buckets are not public (AwsSolutions-S2), that buckets, queues and topics refuse plain
 * HTTP (S10, SQS4, SNS3) and that queues have a dead-letter queue (SQS3) are rules of the public pack.
 */
export const dataRules: readonly Rule[] = [
  {
    id: "DATA1",
    info: "In prod a table can be restored to a point in time, and cannot be deleted by one call.",
    explanation: "The table says which files belong to whom. Without it the files of all users are lost, too.",
    types: ["AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"],
    findings: ({ Type, Properties }, { config }) => {
      if (config.stage !== "prod") return [];
      if (Type === "AWS::DynamoDB::GlobalTable")
        return ["a global table: this rule cannot tell whether it is protected"];
      const table = tableSchema.parse(Properties);
      return [
        ...(table.PointInTimeRecoverySpecification?.PointInTimeRecoveryEnabled === true
          ? []
          : ["no point-in-time recovery"]),
        ...(table.DeletionProtectionEnabled ? [] : ["no deletion protection"]),
      ];
    },
  },
  {
    id: "DATA2",
    info: "What holds data outlives its stack in prod.",
    explanation:
      "A stack that is deleted, or a change that replaces a resource, would delete what users made. RetainExceptOnCreate deletes only what the failed operation itself has made.",
    types: ["AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::Cognito::UserPool"],
    findings: ({ DeletionPolicy, UpdateReplacePolicy }, { config }) => {
      if (config.stage !== "prod") return [];
      return [
        ...(DeletionPolicy === "Retain" || DeletionPolicy === "RetainExceptOnCreate" ? [] : ["deleted with its stack"]),
        ...(UpdateReplacePolicy === "Retain" ? [] : ["deleted when it is replaced"]),
      ];
    },
  },
];
