/**
 * Faults of the real local cloud: its processes killed and held up, its SageMaker server refusing and hanging, its objects
 * corrupted. One cloud in a folder of its own serves all of them; after each, everything is final and the books agree.
 */
import { appendFileSync, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import * as z from "zod";
import { localCredentials } from "../../local/cloud/ministack";
import type { Fault } from "../../local/sagemaker/fault-injection";
import { checkpointsPrefix, modelFile, modelPrefix } from "../../naming/object-keys";
import { accessToken, type ApiSession, openSession, shapes, subjectOf } from "../e2e/api-session";
import { randomMelody } from "../e2e/random-melody";
import { until } from "../e2e/until";
import { isModelServer, isTrainerOf, isWorker, signalAll } from "../support/cloud-processes";
import { type Audit, openBooks } from "./books";
import { faultsOfText, type Outcome } from "./outcomes";
import { OwnCloud } from "./own-cloud";

/** Generous: what takes longer on a busy machine is late, not stuck. */
const finalSeconds = 900;
const soonSeconds = 300;

const idSchema = z.object({ id: z.string() });
const shortTopics = { length: ["short"], mode: ["major"] };
type Composition = z.infer<typeof shapes.composition>;
type TrainingJob = z.infer<typeof shapes.trainingJob>;
const finals = ["READY", "FAILED", "STOPPED", "COMPLETED"];
const isFinal = ({ state }: { readonly state: string }): boolean => finals.includes(state);

interface Case {
  readonly step: string;
  readonly fault: string;
  /** @returns what was made and how it may end */
  readonly act: (user: CloudUser, cloud: OwnCloud) => Promise<Ended>;
}

interface Ended {
  readonly resource: Composition | TrainingJob;
  readonly ends: readonly string[];
}

/** What one user does with the cloud, through the API. */
class CloudUser {
  private constructor(
    private readonly cloud: OwnCloud,
    private readonly api: ApiSession,
    readonly sub: string,
  ) {}

  static async signIn(cloud: OwnCloud, which: "demoUser" | "secondUser" = "demoUser"): Promise<CloudUser> {
    const outputs = cloud.outputs();
    const token = await until("signing in works", soonSeconds, async () => {
      try {
        return await accessToken(outputs, outputs[which]);
      } catch {
        return undefined;
      }
    });
    return new CloudUser(cloud, openSession(outputs, token), subjectOf(token));
  }

  /** As a client does: a 503 or a broken connection is asked again. */
  private async submit(path: string, options: Parameters<ApiSession["call"]>[2]): Promise<string> {
    const key = crypto.randomUUID();
    return await until(`${path} is accepted`, soonSeconds, async () => {
      try {
        const headers = { ...options?.headers, "idempotency-key": key };
        const response = await this.api.call("POST", path, { ...options, headers });
        if (response.status < 300) return response.json(idSchema).id;
        if (response.status < 500 && response.status !== 429) {
          throw new Error(`${path} responded with ${response.status}: ${new TextDecoder().decode(response.bytes)}`);
        }
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
      }
      await sleep(1_000);
      return undefined;
    });
  }

  async compose(more: object = {}): Promise<string> {
    const input = { sampleMelodyId: "ode-to-joy" };
    const json = { name: "Faults", technique: "unet-gan", modelId: "unet-gan-bach", input, ...more };
    return await this.submit("/compositions", { json });
  }

  async upload(): Promise<string> {
    return await this.submit("/tracks", { bytes: randomMelody(4).midi });
  }

  async train(more: object = {}): Promise<string> {
    const json = {
      name: "Faults",
      technique: "unet-gan",
      topics: shortTopics,
      hyperparameters: { epochs: 1 },
      ...more,
    };
    return await this.submit("/training-jobs", { json });
  }

  async stop(id: string): Promise<void> {
    await until("the stop is taken", soonSeconds, async () => {
      const { status } = await this.api.call("POST", `/training-jobs/${id}/stop`);
      return status === 202 || status === 409;
    });
  }

  async composition(id: string, wanted: (one: Composition) => boolean = isFinal): Promise<Composition> {
    const path = `/compositions/${id}`;
    return await this.poll(path, shapes.composition, (one) => wanted(one) || isFinal(one));
  }

  async job(id: string, wanted: (one: TrainingJob) => boolean = isFinal): Promise<TrainingJob> {
    return await this.poll(`/training-jobs/${id}`, shapes.trainingJob, (one) => wanted(one) || isFinal(one));
  }

  private async poll<Schema extends z.ZodType>(
    path: string,
    schema: Schema,
    wanted: (one: z.infer<Schema>) => boolean,
  ): Promise<z.infer<Schema>> {
    const found = await until(path, finalSeconds, async () => {
      try {
        const response = await this.api.call("GET", path);
        if (response.status >= 500 || response.status === 429) return undefined;
        const one = response.json(schema);
        return wanted(one) ? { one } : undefined;
      } catch (error) {
        // The gateway, or what is behind it, is away for the moment.
        if (error instanceof TypeError) return undefined;
        throw error;
      }
    });
    return found.one;
  }

  async untilDataIsThere(): Promise<void> {
    await this.poll("/training-topics", shapes.topics, ({ selection }) => selection.pieces > 100);
  }

  async untilTraining(id: string, epoch = 1): Promise<TrainingJob> {
    return await this.job(id, (one) => one.state === "TRAINING" && one.progress.epoch >= epoch);
  }

  async putObject(
    bucket: "artifactsBucket" | "workBucket",
    isWanted: (key: string) => boolean,
    body: string,
  ): Promise<number> {
    const outputs = this.cloud.outputs();
    const { awsEndpointUrl: endpoint, region } = outputs;
    const s3 = new S3Client({ endpoint, region, credentials: localCredentials, forcePathStyle: true });
    try {
      const Bucket = outputs[bucket];
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: `users/${this.sub}/` }));
      const keys = Contents.map(({ Key = "" }) => Key).filter(isWanted);
      for (const Key of keys) await s3.send(new PutObjectCommand({ Bucket, Key, Body: body }));
      return keys.length;
    } finally {
      s3.destroy();
    }
  }
}

async function inject(cloud: OwnCloud, faults: readonly Fault[]): Promise<void> {
  const response = await fetch(new URL("/_local/faults", cloud.outputs().sagemakerEndpointUrl), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(faults),
  });
  if (!response.ok) throw new Error(`the fault was not taken: ${response.status} ${await response.text()}`);
}

async function clearFaults(cloud: OwnCloud): Promise<void> {
  await fetch(new URL("/_local/faults", cloud.outputs().sagemakerEndpointUrl), { method: "DELETE" }).catch(
    () => undefined,
  );
}

/** The file that a container writes, found in the folder of its run. */
function containerFile(directory: string, jobId: string, name: string): string | undefined {
  const runs = join(directory, "sagemaker", "training-runs");
  if (!existsSync(runs)) return undefined;
  return readdirSync(runs, { recursive: true, encoding: "utf8" })
    .filter((file) => file.includes(jobId) && file.endsWith(name))
    .map((file) => join(runs, file))[0];
}

const done = ["COMPLETED"];
const trained = ["READY"];

/** Trains under faults of the SageMaker server. */
const trainUnder =
  (faults: readonly Fault[], ends: readonly string[]) =>
  async (user: CloudUser, cloud: OwnCloud): Promise<Ended> => {
    await inject(cloud, faults);
    return { resource: await user.job(await user.train()), ends };
  };

const slow = (phase: "Starting" | "Uploading", seconds: number): Fault => ({
  kind: "slowPhase",
  phase,
  seconds,
  count: 1,
});

const stopAt =
  (state: TrainingJob["state"], faults: readonly Fault[], epochs = 50) =>
  async (user: CloudUser, cloud: OwnCloud): Promise<Ended> => {
    await inject(cloud, faults);
    const before = state === "QUEUED" ? await user.train({ hyperparameters: { epochs: 50 } }) : undefined;
    if (before !== undefined) await user.untilTraining(before, 0);
    const id = await user.train({ hyperparameters: { epochs } });
    await user.job(id, (one) => one.state === state);
    await user.stop(id);
    const resource = await user.job(id);
    if (before !== undefined) {
      await user.stop(before);
      await user.job(before);
    }
    return { resource, ends: state === "UPLOADING" ? ["STOPPED", "READY"] : ["STOPPED"] };
  };

const cases: readonly Case[] = [
  {
    step: "composition",
    fault: "none",
    act: async (user) => ({ resource: await user.composition(await user.compose()), ends: done }),
  },
  { step: "training", fault: "none", act: trainUnder([], trained) },
  {
    step: "composition",
    fault: "endpoint held up for 30 s",
    act: async (user, cloud) => {
      const servers = cloud.processes(isModelServer);
      signalAll(servers, "SIGSTOP");
      try {
        const id = await user.compose();
        await sleep(30_000);
        signalAll(servers, "SIGCONT");
        return { resource: await user.composition(id), ends: done };
      } finally {
        signalAll(servers, "SIGCONT");
      }
    },
  },
  {
    step: "composition",
    fault: "kill -9 of the model server with the request inside",
    act: async (user, cloud) => {
      const servers = cloud.processes(isModelServer);
      signalAll(servers, "SIGSTOP");
      const id = await user.compose();
      await user.composition(id, ({ state }) => state === "RUNNING");
      signalAll(servers, "SIGKILL");
      return { resource: await user.composition(id), ends: done };
    },
  },
  {
    step: "composition",
    fault: "kill -9 of the worker in the middle",
    act: async (user, cloud) => {
      const servers = cloud.processes(isModelServer);
      signalAll(servers, "SIGSTOP");
      try {
        const id = await user.compose();
        await user.composition(id, ({ state }) => state === "RUNNING");
        signalAll(cloud.processes(isWorker), "SIGKILL");
        signalAll(servers, "SIGCONT");
        return { resource: await user.composition(id), ends: done };
      } finally {
        signalAll(servers, "SIGCONT");
      }
    },
  },
  {
    step: "composition",
    fault: "kill -9 of the SageMaker server",
    act: async (user, cloud) => {
      process.kill(cloud.pidOf("sagemaker"), "SIGKILL");
      return { resource: await user.composition(await user.compose()), ends: done };
    },
  },
  {
    step: "composition",
    fault: "throttled and refused by the endpoint",
    act: async (user, cloud) => {
      await inject(cloud, [
        { kind: "throttle", operation: "InvokeEndpoint", count: 2 },
        { kind: "internalFailure", operation: "InvokeEndpoint", count: 2 },
      ]);
      return { resource: await user.composition(await user.compose()), ends: done };
    },
  },
  {
    step: "composition",
    fault: "the model's object is corrupted",
    act: async (user) => {
      const { id, modelId = id } = await user.job(await user.train());
      const key = `${modelPrefix({ sub: user.sub, id: modelId })}${modelFile}`;
      if ((await user.putObject("artifactsBucket", (one) => one === key, "this is no model")) !== 1) {
        throw new Error("the model has no file");
      }
      return { resource: await user.composition(await user.compose({ modelId })), ends: ["FAILED"] };
    },
  },
  {
    step: "composition",
    fault: "SageMaker hangs while another user's training is stopped",
    act: async (user, cloud) => {
      const other = await CloudUser.signIn(cloud, "secondUser");
      const training = await other.train({ hyperparameters: { epochs: 50 } });
      await other.untilTraining(training, 0);
      const server = cloud.pidOf("sagemaker");
      process.kill(server, "SIGSTOP");
      try {
        await other.stop(training);
        const id = await user.compose();
        // Nobody waits for another's call: the piece is taken in hand, though its model cannot respond.
        await until("the composition is taken in hand", 30, async () => {
          const { state } = await user.composition(id, () => true);
          return state !== "PENDING";
        });
        process.kill(server, "SIGCONT");
        const resource = await user.composition(id);
        await other.job(training);
        return { resource, ends: done };
      } finally {
        process.kill(server, "SIGCONT");
      }
    },
  },
  {
    step: "training",
    fault: "creating is throttled five times",
    act: trainUnder([{ kind: "throttle", operation: "CreateTrainingJob", count: 5 }], trained),
  },
  { step: "training", fault: "no capacity twice", act: trainUnder([{ kind: "capacityError", count: 2 }], trained) },
  {
    step: "training",
    fault: "no quota of instances twice",
    act: trainUnder([{ kind: "resourceLimitExceeded", count: 2 }], trained),
  },
  {
    step: "training",
    fault: "monitoring gets 500 five times",
    act: trainUnder([{ kind: "internalFailure", operation: "DescribeTrainingJob", count: 5 }], trained),
  },
  {
    step: "training",
    fault: "an internal error of the platform",
    act: trainUnder([{ kind: "internalServerError", count: 1 }], ["READY", "FAILED"]),
  },
  {
    step: "training",
    fault: "events are lost",
    act: trainUnder([{ kind: "event", effect: "lost", seconds: 0, count: 20 }], trained),
  },
  {
    step: "training",
    fault: "events are doubled",
    act: trainUnder([{ kind: "event", effect: "duplicate", seconds: 0, count: 20 }], trained),
  },
  {
    step: "training",
    fault: "the upload of the model fails",
    act: trainUnder([{ kind: "uploadFailure", count: 1 }], ["FAILED"]),
  },
  {
    step: "training",
    fault: "kill -9 of the trainer",
    act: async (user, cloud) => {
      const id = await user.train({ hyperparameters: { epochs: 50 } });
      await user.untilTraining(id);
      signalAll(cloud.processes(isTrainerOf(id)), "SIGKILL");
      return { resource: await user.job(id), ends: ["FAILED"] };
    },
  },
  {
    step: "training",
    fault: "kill -9 of the SageMaker server",
    act: async (user, cloud) => {
      const id = await user.train({ hyperparameters: { epochs: 3 } });
      await user.untilTraining(id);
      process.kill(cloud.pidOf("sagemaker"), "SIGKILL");
      return { resource: await user.job(id), ends: ["READY", "FAILED"] };
    },
  },
  {
    step: "training",
    fault: "a number that the table cannot keep in its progress",
    act: async (user, cloud) => {
      const id = await user.train({ hyperparameters: { epochs: 3 } });
      await user.untilTraining(id);
      const file = containerFile(cloud.directory, id, "progress.jsonl");
      if (file === undefined) throw new Error("the container's progress was not found");
      const line = { schemaVersion: 1, epoch: 2, epochs: 3, criticLoss: 1.2e16, similarityIndex: 0.5, seconds: 1 };
      appendFileSync(file, `${JSON.stringify({ ...line, elapsedSeconds: 1 })}\n`);
      return { resource: await user.job(id), ends: ["READY", "FAILED"] };
    },
  },
  {
    step: "training",
    fault: "goes on from a checkpoint that is corrupted",
    act: async (user) => {
      const first = await user.train({ hyperparameters: { epochs: 50 } });
      await user.untilTraining(first);
      await user.stop(first);
      const { progress } = await user.job(first);
      const prefix = checkpointsPrefix({ sub: user.sub, id: first });
      const corrupted = await user.putObject(
        "workBucket",
        (key) => key.startsWith(`${prefix}last.`),
        "this is no checkpoint",
      );
      if (corrupted === 0) throw new Error("there is no checkpoint to corrupt");
      // A total: however many epochs this machine did before the stop.
      const hyperparameters = { epochs: progress.epoch + 2 };
      const id = await user.train({ topics: undefined, resumeFrom: first, hyperparameters });
      return { resource: await user.job(id), ends: ["FAILED", "READY"] };
    },
  },
  { step: "stop", fault: "while QUEUED", act: stopAt("QUEUED", []) },
  { step: "stop", fault: "while STARTING", act: stopAt("STARTING", [slow("Starting", 30)]) },
  { step: "stop", fault: "while TRAINING", act: stopAt("TRAINING", []) },
  { step: "stop", fault: "while UPLOADING", act: stopAt("UPLOADING", [slow("Uploading", 30)], 1) },
];

/** Kills of the cloud's own parts: what it had stored by then is there again after the next start. */
const restarts: readonly Case[] = (["ministack", "start"] as const).map((part) => ({
  step: "the whole cloud",
  fault: part === "start" ? "kill -9 of the starter" : "kill -9 of MiniStack",
  act: async (_: CloudUser, cloud: OwnCloud): Promise<Ended> => {
    for (const { id } of (await booksAtRest(cloud)).rows) cloud.forgotten.add(id);
    const before = await CloudUser.signIn(cloud);
    cloud.forgotten.add(await before.upload());
    cloud.forgotten.add(await before.compose());
    process.kill(cloud.pidOf(part), "SIGKILL");
    await cloud.gone();
    await cloud.start();
    const user = await CloudUser.signIn(cloud);
    return { resource: await user.composition(await user.compose()), ends: done };
  },
}));

async function booksAtRest(cloud: OwnCloud): Promise<Audit> {
  const subs: string[] = [];
  for (const which of ["demoUser", "secondUser"] as const) subs.push((await CloudUser.signIn(cloud, which)).sub);
  const books = openBooks(cloud.outputs());
  try {
    let last: Audit = { rows: [], open: ["nothing was read"], wrong: [], texts: [] };
    await until("the books agree", soonSeconds, async () => {
      last = await books.audit(subs, cloud.forgotten);
      return last.open.length === 0 && last.wrong.length === 0;
    }).catch(() => undefined);
    return last;
  } finally {
    books.close();
  }
}

async function outcomeOf({ step, fault, act }: Case, cloud: OwnCloud): Promise<Outcome> {
  const details = { life: "The local cloud", step, fault, where: "" };
  const wrong: string[] = [];
  let ended: string;
  try {
    const { resource, ends } = await act(await CloudUser.signIn(cloud), cloud);
    ended = [resource.state, resource.failure?.code].filter(Boolean).join(" ");
    if (!ends.includes(resource.state)) wrong.push(`it should have ended ${ends.join(" or ")}`);
    if (resource.failure !== undefined) wrong.push(...faultsOfText(resource.failure));
  } catch (error) {
    ended = "no end";
    wrong.push(error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error));
  }
  try {
    await clearFaults(cloud);
    const { open, wrong: disagreeing } = await booksAtRest(cloud);
    wrong.push(...open.map((what) => `stuck: ${what}`), ...disagreeing);
  } catch (error) {
    wrong.push(`the books could not be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  // Ids would make every printed table another one.
  return { ...details, ended, wrong: wrong.map((text) => text.replaceAll(/[0-9A-HJKMNP-TV-Z]{26}/g, "(id)")) };
}

/**
 * @param tell - hears of each outcome as it comes, since all of them take a while
 * @param isWanted - by the case's fault; all of them where it is not given
 */
export async function cloudFaults(
  tell: (outcome: Outcome) => void,
  isWanted: (fault: string) => boolean = () => true,
): Promise<readonly Outcome[]> {
  const cloud = new OwnCloud();
  const outcomes: Outcome[] = [];
  const keep = (outcome: Outcome): void => {
    outcomes.push(outcome);
    tell(outcome);
  };
  try {
    await cloud.start();
    await (await CloudUser.signIn(cloud)).untilDataIsThere();
    const wanted = [...cases, ...restarts].filter(({ fault }) => isWanted(fault));
    for (const one of wanted) keep(await outcomeOf(one, cloud));
    const left = await cloud.stop();
    keep({
      life: "The local cloud",
      step: "the whole cloud",
      fault: "ended",
      where: "",
      ended: "nothing left",
      wrong: left.map((process) => `left behind: ${process}`),
    });
  } finally {
    await cloud.stop();
    cloud.remove();
  }
  return outcomes;
}
