import { Duration, Stack } from "aws-cdk-lib";
import type { HttpApi } from "aws-cdk-lib/aws-apigatewayv2";
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Metric,
  Stats,
  TreatMissingData,
} from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import type { StateMachine } from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import { telemetryNamespace } from "../../naming/environment-variables";
import { resourcePrefix } from "../../naming/resource-names";
import type { StageConfig } from "../config/stage-config";

export interface ComposerAlarmsProps {
  readonly config: StageConfig;
  readonly emailAddresses: readonly string[];
  readonly api: HttpApi;
  readonly stateMachine: StateMachine;
  readonly deadLetters: Readonly<Record<"compositions" | "dispatch" | "events" | "ingest", Queue>>;
}

const period = Duration.minutes(5);

/** A few alarms, each of which needs a person. Each names the section of the runbook that says what to do. */
export class ComposerAlarms extends Construct {
  readonly topic: Topic;
  private readonly action: SnsAction;

  constructor(scope: Construct, id: string, props: ComposerAlarmsProps) {
    super(scope, id);
    const { config, emailAddresses, api, stateMachine, deadLetters } = props;
    this.topic = new Topic(this, "Topic", { displayName: `OpenComposer ${config.stage}`, enforceSSL: true });
    for (const address of emailAddresses) this.topic.addSubscription(new EmailSubscription(address));
    // A topic policy of our own replaces the default one, which lets the account's alarms publish.
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal("cloudwatch.amazonaws.com")],
        actions: ["sns:Publish"],
        resources: [this.topic.topicArn],
        conditions: { StringEquals: { "aws:SourceAccount": Stack.of(this).account } },
      }),
    );
    this.action = new SnsAction(this.topic);

    const ours = (metricName: string): Metric =>
      new Metric({
        namespace: telemetryNamespace,
        metricName,
        dimensionsMap: { service: resourcePrefix(config.stage) },
        statistic: Stats.SUM,
        period,
      });
    this.alarm("TrainingJobsFailed", ours("JobsFailed"), 1, "Training jobs ended FAILED.", "failed-training-jobs");
    this.alarm(
      "QuotaRefusals",
      ours("QuotaRefusals"),
      1,
      "A quota of the account does not allow a training job. Jobs wait or fail until the quota is raised.",
      "training-refused-for-a-quota",
    );
    this.alarm(
      "AccessRefusals",
      ours("AccessRefusals"),
      1,
      "A policy of the account or the organization does not allow a training job or the call of an endpoint.",
      "training-or-composing-refused-by-a-policy",
    );
    this.alarm(
      "CompositionsFailed",
      ours("CompositionsFailed"),
      5,
      "Several compositions ended FAILED within five minutes.",
      "failed-compositions",
    );
    this.alarm(
      "ErasuresOverdue",
      ours("OverdueErasures"),
      1,
      "The erasure of a user's data has not ended within six hours.",
      "an-erasure-does-not-end",
    );
    this.alarm(
      "WorkflowCutOff",
      new MathExpression({
        expression: "failed + timedOut + aborted",
        usingMetrics: {
          failed: stateMachine.metricFailed({ period }),
          timedOut: stateMachine.metricTimedOut({ period }),
          aborted: stateMachine.metricAborted({ period }),
        },
        label: "Executions that did not end by themselves",
        period,
      }),
      1,
      "Training workflow executions failed, timed out or were aborted. The rule or the reconciler begins the next attempt of their jobs, or ends them.",
      "executions-aborted-timed-out-or-failed",
    );
    this.alarm(
      "ApiServerErrors",
      api.metricServerError({ period, statistic: Stats.SUM }),
      5,
      "The HTTP API responded with 5xx at least five times in five minutes.",
      "api-errors-5xx",
    );
    const waiting = {
      compositions: "Messages of compositions were given up after many deliveries.",
      dispatch: "Stream records could not be dispatched; the reconciler starts their work later.",
      events: "Events of a rule or the schedule could not be handled.",
      ingest: "Files of data sets could not be read, or versions not be frozen, after several tries.",
    } as const;
    for (const kind of ["compositions", "dispatch", "events", "ingest"] as const) {
      this.alarm(
        `DeadLetters-${kind}`,
        deadLetters[kind].metricApproximateNumberOfMessagesVisible({ period, statistic: Stats.MAXIMUM }),
        1,
        waiting[kind],
        "messages-in-a-dead-letter-queue",
      );
    }
  }

  private alarm(id: string, metric: IMetric, threshold: number, meaning: string, runbookSection: string): void {
    new Alarm(this, id, {
      metric,
      threshold,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: `${meaning} What to do: docs/runbook.md#${runbookSection}`,
    }).addAlarmAction(this.action);
  }
}
