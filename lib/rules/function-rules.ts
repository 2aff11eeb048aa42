import * as z from "zod";
import type { Rule } from "./rule";

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
      "Lambda would make a group that keeps its events for ever, and by itself drops lines below INFO from logs in JSON.",
    types: ["AWS::Lambda::Function"],
    findings: ({ Properties }, { config }) => {
      const { LoggingConfig } = functionSchema.parse(Properties);
      const { logLevel } = config.functions;
      return [
        ...(LoggingConfig?.LogGroup === undefined ? ["no log group of the stack"] : []),
        ...(LoggingConfig?.LogFormat === "JSON" ? [] : ["no log in JSON"]),
        ...(LoggingConfig?.ApplicationLogLevel === logLevel ? [] : [`not at the level ${logLevel}`]),
      ];
    },
  },
];
