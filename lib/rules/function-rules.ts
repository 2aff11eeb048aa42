import * as z from "zod";
import type { Rule } from "./rule";

/** What LOG2 finds. A function of the CDK's own is acknowledged with these texts. */
export const functionLogFindings = {
  noGroup: "no log group of the stack",
  noJson: "no log in JSON",
  otherLevel: (level: string): string => `not at the level ${level}`,
} as const;

const functionSchema = z.looseObject({
  LoggingConfig: z
    .looseObject({
      LogGroup: z.unknown(),
      LogFormat: z.string().optional(),
      ApplicationLogLevel: z.string().optional(),
    })
    .optional(),
});

export const functionRules: readonly Rule[] = [
  {
    id: "LOG1",
    info: "Every log group has a retention.",
    explanation: "A group without one keeps what users did for ever, and is paid for ever.",
    types: ["AWS::Logs::LogGroup"],
    findings: ({ Properties }) =>
      typeof Properties["RetentionInDays"] === "number" ? [] : ["its events are kept for ever"],
  },
  {
    id: "LOG2",
    info: "Every function writes JSON at the stage's level into a log group of its stack.",
    explanation:
      "Where a stack gives no log group, Lambda makes one that keeps its events for ever. Where it gives no level, Lambda drops the lines below INFO from a log in JSON.",
    types: ["AWS::Lambda::Function"],
    findings: ({ Properties }, { config }) => {
      const { LoggingConfig } = functionSchema.parse(Properties);
      const { logLevel } = config.functions;
      return [
        ...(LoggingConfig?.LogGroup === undefined ? [functionLogFindings.noGroup] : []),
        ...(LoggingConfig?.LogFormat === "JSON" ? [] : [functionLogFindings.noJson]),
        ...(LoggingConfig?.ApplicationLogLevel === logLevel ? [] : [functionLogFindings.otherLevel(logLevel)]),
      ];
    },
  },
];
