/**
 * The real U-Net GAN trainer on a managed spot job whose machine is taken away: it goes on from its checkpoint on an empty
 * machine and comes to what it would have come to undisturbed, number for number and weight for weight.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateTrainingJobCommand,
  DescribeTrainingJobCommand,
  type DescribeTrainingJobCommandOutput,
} from "@aws-sdk/client-sagemaker";
import * as z from "zod";
import { environmentPython } from "../../tools/python/environments";
import {
  bucket,
  getObject,
  injectFault,
  listKeys,
  type LocalServices,
  putObject,
  startLocalServices,
} from "./support/local-services";
import { freshName, trainingJobRequest } from "./support/training-job-request";
import { until } from "./support/until";

const python = environmentPython("training");
const unetGan = "local/unet-gan-training:test";
const epochs = 5;

let services: LocalServices;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "opencomposer-selection-"));
  services = await startLocalServices({
    stopGraceSeconds: 30,
    images: {
      [unetGan]: {
        train: {
          command: [python, "-m", "opencomposer_unet_gan.train"],
          environment: {
            PYTHONDONTWRITEBYTECODE: "1",
            PYTHONUNBUFFERED: "1",
            OMP_NUM_THREADS: "1",
          },
        },
      },
    },
  });
  // The made-up pieces of the containers' own tests.
  const writeTinyJob = [
    "import sys, pathlib",
    "from opencomposer_testing.tiny_training_job import write_job",
    'write_job(pathlib.Path(sys.argv[1]), "unet-gan", {}, pieces=4)',
  ].join("; ");
  execFileSync(python, ["-c", writeTinyJob, folder], {
    env: { PYTHONDONTWRITEBYTECODE: "1" },
  });
  for (const channel of ["dataset", "selection"]) {
    for (const file of readdirSync(join(folder, "input", "data", channel))) {
      await putObject(services, `tiny/${channel}/${file}`, readFileSync(join(folder, "input", "data", channel, file)));
    }
  }
});

afterAll(async () => {
  await services.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function create(label: string): Promise<string> {
  const name = freshName(label);
  const request = trainingJobRequest(
    name,
    { epochs: String(epochs), batchSize: "8", seed: "7" },
    {
      AlgorithmSpecification: { TrainingImage: unetGan, TrainingInputMode: "File" },
      EnableNetworkIsolation: true,
      EnableManagedSpotTraining: true,
      StoppingCondition: { MaxRuntimeInSeconds: 600, MaxWaitTimeInSeconds: 900 },
      InputDataConfig: ["dataset", "selection"].map((ChannelName) => ({
        ChannelName,
        DataSource: { S3DataSource: { S3DataType: "S3Prefix", S3Uri: `s3://${bucket}/tiny/${ChannelName}/` } },
      })),
    },
  );
  await services.sagemaker.send(new CreateTrainingJobCommand(request));
  return name;
}

async function ended(name: string): Promise<DescribeTrainingJobCommandOutput> {
  return await until(
    `${name} has ended`,
    async () => {
      const job = await services.sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));
      return ["Completed", "Failed", "Stopped"].includes(job.TrainingJobStatus ?? "") ? job : undefined;
    },
    180,
  );
}

async function requireObject(key: string): Promise<Buffer> {
  const content = await getObject(services, key);
  if (content === undefined) throw new Error(`there is no ${key}`);
  return content;
}

const record = z.record(z.string(), z.unknown());

function withoutTimings(text: string): Record<string, unknown> {
  const content = record.parse(JSON.parse(text));
  const timings = ["seconds", "elapsedSeconds", "samplesPerSecond", "timestamp", "createdAt", "trainingSeconds"];
  return Object.fromEntries(Object.entries(content).filter(([member]) => !timings.includes(member)));
}

async function progressOf(name: string): Promise<Record<string, unknown>[]> {
  const text = (await requireObject(`checkpoints/${name}/progress.jsonl`)).toString("utf8");
  return text.trimEnd().split("\n").map(withoutTimings);
}

/** Digests of all tensors of the last checkpoint: networks, their average, both optimizers. */
async function tensorsOf(name: string): Promise<Record<string, unknown>> {
  const file = join(folder, `${name}.pt`);
  writeFileSync(file, await requireObject(`checkpoints/${name}/last.pt`));
  const program =
    "import hashlib, json, sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); " +
    "print(json.dumps({n.split('/', 1)[1]: hashlib.sha256(z.read(n)).hexdigest() for n in z.namelist() if '/data/' in n}))";
  return record.parse(JSON.parse(execFileSync(python, ["-c", program, file], { encoding: "utf8" })));
}

/** Everything that a learner hears or uses: the model and the samples of each epoch. */
async function digestsOf(name: string): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  for (const prefix of [`results/${name}/output/model/model.onnx`, `checkpoints/${name}/samples/`]) {
    for (const key of await listKeys(services, prefix)) {
      const content = await requireObject(key);
      digests[key.replace(name, "JOB")] = createHash("sha256").update(content).digest("hex");
    }
  }
  return digests;
}

it("trains to the same progress, samples, weights and model as a job that nobody interrupted", async () => {
  const [calm, spot] = await Promise.all([create("calm"), create("spot")]);
  await until(
    "an epoch of the spot job is in S3",
    async () => ((await progressOf(spot)).length >= 1 ? true : undefined),
    120,
  );
  // The market's notice: the trainer gets SIGTERM, saves where it is (within an epoch) and ends by itself.
  const taken = await injectFault(services, { kind: "spotInterrupt", jobName: spot, graceSeconds: 30 });
  expect(taken.status).toBe(200);

  const [undisturbed, interrupted] = await Promise.all([ended(calm), ended(spot)]);
  expect([undisturbed.TrainingJobStatus, undisturbed.FailureReason]).toEqual(["Completed", undefined]);
  expect([interrupted.TrainingJobStatus, interrupted.FailureReason]).toEqual(["Completed", undefined]);
  expect(interrupted.SecondaryStatusTransitions?.map(({ Status }) => Status)).toEqual([
    ...["Starting", "Downloading", "Training", "Interrupted"],
    ...["Starting", "Downloading", "Training", "Uploading", "Completed"],
  ]);
  // It went on where it was: no epoch was trained twice, over both machines.
  const log = readFileSync(join(services.directory, "sagemaker", "logs", "training-jobs", `${spot}.log`), "utf8");
  expect(log.match(/Training on \d+ pieces/g)).toHaveLength(2);
  expect(log.match(/^\[opencomposer\] epoch=\d+/gm)).toEqual(
    Array.from({ length: epochs }, (_, index) => `[opencomposer] epoch=${index + 1}`),
  );
  const { TrainingTimeInSeconds = 0, BillableTimeInSeconds = 0 } = interrupted;
  expect(BillableTimeInSeconds).toBeGreaterThan(0);
  expect(BillableTimeInSeconds).toBeLessThan(TrainingTimeInSeconds);

  const progress = await progressOf(calm);
  expect(progress.map(({ epoch }) => epoch)).toEqual(Array.from({ length: epochs }, (_, index) => index + 1));
  expect(await progressOf(spot)).toEqual(progress);
  const tensors = await tensorsOf(calm);
  expect(Object.keys(tensors).length).toBeGreaterThan(50);
  expect(await tensorsOf(spot)).toEqual(tensors);
  const digests = await digestsOf(calm);
  expect(Object.keys(digests)).toHaveLength(1 + epochs);
  expect(await digestsOf(spot)).toEqual(digests);
  const [card, otherCard] = await Promise.all(
    [calm, spot].map(async (name) => {
      return withoutTimings((await requireObject(`results/${name}/output/model/model-card.json`)).toString("utf8"));
    }),
  );
  expect(otherCard).toEqual(card);
});
