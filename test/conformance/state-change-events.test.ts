import { PutRuleCommand, PutTargetsCommand } from "@aws-sdk/client-eventbridge";
import { CreateTrainingJobCommand, DescribeTrainingJobCommand } from "@aws-sdk/client-sagemaker";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
} from "@aws-sdk/client-sqs";
import * as z from "zod";
import { ServiceSchemas } from "../../local/sagemaker/api/request-validation";
import { localSageMakerEventSource } from "../../naming/resource-names";
import { injectFault, type LocalServices, startLocalServices } from "./support/local-services";
import { freshName, trainingJobRequest } from "./support/training-job-request";
import { until } from "./support/until";

const event = z.looseObject({
  source: z.string(),
  resources: z.array(z.string()),
  "detail-type": z.string(),
  detail: z.looseObject({
    TrainingJobName: z.string(),
    TrainingJobStatus: z.string(),
    SecondaryStatus: z.string(),
    CreationTime: z.string(),
    LastModifiedTime: z.string(),
    SecondaryStatusTransitions: z.array(z.looseObject({ StartTime: z.string() })),
  }),
});
type Event = z.infer<typeof event>;

let services: LocalServices;
let queueUrl: string;
const received: Event[] = [];

beforeAll(async () => {
  services = await startLocalServices();
  const { QueueUrl = "" } = await services.sqs.send(new CreateQueueCommand({ QueueName: "changes" }));
  queueUrl = QueueUrl;
  const { Attributes } = await services.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }),
  );
  await services.events.send(
    new PutRuleCommand({
      Name: "changes",
      EventPattern: JSON.stringify({
        source: [localSageMakerEventSource],
        "detail-type": ["SageMaker Training Job State Change"],
      }),
    }),
  );
  await services.events.send(
    new PutTargetsCommand({ Rule: "changes", Targets: [{ Id: "queue", Arn: Attributes?.QueueArn }] }),
  );
});

afterAll(async () => {
  await services.stop();
});

async function receive(): Promise<void> {
  const { Messages = [] } = await services.sqs.send(
    new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10 }),
  );
  for (const { Body, ReceiptHandle } of Messages) {
    const content: unknown = JSON.parse(Body ?? "");
    received.push(event.parse(content));
    await services.sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
  }
}

/** The job's events once `isEnough`; the queue does not keep their order. */
async function eventsOf(name: string, isEnough: (events: Event[]) => boolean): Promise<Event[]> {
  return await until(`the events of ${name} have come`, async () => {
    await receive();
    const events = received.filter(({ detail }) => detail.TrainingJobName === name);
    return isEnough(events) ? events : undefined;
  });
}

async function run(): Promise<string> {
  const name = freshName("event");
  await services.sagemaker.send(new CreateTrainingJobCommand(trainingJobRequest(name)));
  return name;
}

const phases = (events: Event[]): string[] => events.map(({ detail }) => detail.SecondaryStatus).sort();
const all = ["Completed", "Downloading", "Starting", "Training", "Uploading"];

it("tells every change with the fields of Describe and times as strings of milliseconds", async () => {
  const name = await run();
  const events = await eventsOf(name, (all) => all.length >= 5);
  expect(phases(events)).toEqual(all);
  const last = events.find(({ detail }) => detail.SecondaryStatus === "Completed");
  const job = await services.sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));
  expect(last?.resources).toEqual([job.TrainingJobArn]);
  expect(last?.detail).toMatchObject({
    TrainingJobStatus: "Completed",
    CreationTime: String(job.CreationTime?.getTime()),
    LastModifiedTime: String(job.LastModifiedTime?.getTime()),
    ModelArtifacts: job.ModelArtifacts,
    HyperParameters: {},
  });
  expect(last?.detail.SecondaryStatusTransitions[0]?.StartTime).toMatch(/^\d{13}$/);
  // But for its times, the detail is what Describe returns.
  const model = new ServiceSchemas("sagemaker");
  const faults = model
    .responseFaults("DescribeTrainingJob", last?.detail)
    .filter((line) => !/Time|Timestamp/.test(line));
  expect(faults).toEqual([]);
});

it("sends events twice, late or never where that is asked for; the job does not notice", async () => {
  await injectFault(services, { kind: "event", effect: "duplicate", count: 5 });
  const twice = await run();
  expect(phases(await eventsOf(twice, (all) => all.length >= 10))).toEqual([...all, ...all].sort());

  await injectFault(services, [
    { kind: "event", effect: "late", seconds: 1.5 },
    { kind: "event", effect: "lost" },
  ]);
  const disturbed = await run();
  const withoutTwo = await eventsOf(disturbed, (all) => all.length >= 3);
  expect(phases(withoutTwo)).toEqual(["Completed", "Training", "Uploading"]);
  const withLate = await eventsOf(disturbed, (all) => all.length >= 4);
  expect(phases(withLate)).toEqual(["Completed", "Starting", "Training", "Uploading"]);
});
