import { type App, CfnOutput, Stack } from "aws-cdk-lib";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import type { StateMachine } from "aws-cdk-lib/aws-stepfunctions";
import { perTrainedTechnique } from "../../naming/resource-names";
import type { StageConfig } from "../config/stage-config";
import { CompositionWork } from "../constructs/composition-work";
import { ContainerImage } from "../constructs/container-image";
import { DatasetFreezing } from "../constructs/dataset-freezing";
import { DatasetIngest } from "../constructs/dataset-ingest";
import { OpenWorkEvents } from "../constructs/training/open-work-events";
import { TrainingLogRetention } from "../constructs/training/training-log-retention";
import { TrainingRole } from "../constructs/training/training-role";
import { TrainingWorkflow } from "../constructs/training/training-workflow";
import { stackSettings } from "./stack-settings";
import type { StorageStack } from "./storage-stack";

export interface TrainingStackProps {
  readonly config: StageConfig;
  readonly storage: StorageStack;
}

/**
 * The stack of all work that the API only writes down: compositions from a queue, files of data sets and their versions, training
 * jobs by a workflow, and their repair.
 */
export class TrainingStack extends Stack {
  readonly stateMachine: StateMachine;
  /** Queues that should stay empty, by the meaning of a message in them. */
  readonly deadLetters: Readonly<Record<"compositions" | "dispatch" | "events" | "ingest", Queue>>;

  constructor(scope: App, id: string, { config, storage }: TrainingStackProps) {
    super(scope, id, stackSettings(config, "training workflow, composition queue, events"));
    const { table, artifacts, work } = storage;

    const { role: trainingRole } = new TrainingRole(this, "TrainingRole", { config, artifacts, work });
    if (config.trainingLogRetention !== undefined) {
      new TrainingLogRetention(this, "TrainingLog", { config, retention: config.trainingLogRetention });
    }
    const images = perTrainedTechnique((technique) => {
      const image = new ContainerImage(this, `${technique}-training`, {
        technique,
        target: "training",
        source: config.images[technique].training,
      });
      image.grantPull(trainingRole);
      return image.uri;
    });
    const settings = { ...config.training, images, roleArn: trainingRole.roleArn };

    const compositions = new CompositionWork(this, "Compositions", { config, table, artifacts });
    const ingest = new DatasetIngest(this, "DatasetIngest", { config, table, artifacts, work });
    const freezing = new DatasetFreezing(this, "DatasetFreezing", {
      ...{ config, table, artifacts, deadLetters: ingest.deadLetters },
    });
    const workflow = new TrainingWorkflow(this, "Workflow", {
      config,
      table,
      artifacts,
      work,
      trainingRole,
      settings,
    });
    const events = new OpenWorkEvents(this, "OpenWork", {
      config,
      table,
      artifacts,
      work,
      compositionQueue: compositions.queue,
      freezingQueue: freezing.queue,
      stateMachine: workflow.stateMachine,
    });

    this.stateMachine = workflow.stateMachine;
    this.deadLetters = {
      compositions: compositions.deadLetters,
      dispatch: events.dispatchFailures,
      events: events.eventFailures,
      ingest: ingest.deadLetters,
    };

    new CfnOutput(this, "StateMachineArn", { value: workflow.stateMachine.stateMachineArn });
    new CfnOutput(this, "CompositionQueueUrl", { value: compositions.queue.queueUrl });
    new CfnOutput(this, "CompositionDeadLetterQueueUrl", { value: compositions.deadLetters.queueUrl });
    new CfnOutput(this, "ReconcileFunctionName", { value: events.reconciler.handler.functionName });
    new CfnOutput(this, "TrainingRoleArn", { value: trainingRole.roleArn });
  }
}
