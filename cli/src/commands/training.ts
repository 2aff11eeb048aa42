/** The commands that train, and look at what a training does. */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { Command } from "@commander-js/extra-typings";
import type { components, TrainingJob } from "../../../client/client";
import { readTopics } from "../assignments";
import { completesWith } from "../completion/candidates";
import { drawFacts, drawTable } from "../drawing/table";
import { describeJob, mainMetrics } from "../drawing/training-job";
import { usageError } from "../exit-codes";
import { fileNameOf, writeTarget } from "../files";
import { anyWholeNumber, collect, wholeNumber } from "../options";
import { load } from "../requests";
import { apiOf, type BeginRun, remark, type Run, tell } from "./run";
import { givenParameters } from "./techniques";
import { waitForEnd, watchJob } from "./watch-job";

type CreateTrainingJob = components["schemas"]["CreateTrainingJob"];

const jobArgument = ["[job]", "the id of a training job; without it your newest one"] as const;
const timeout = wholeNumber({ min: 1, max: 604_800 });
/** A training may take a day, and waits for its turn before. */
const usualTimeout = 172_800;

export function trainCommand(begin: BeginRun) {
  const command = new Command("train")
    .description("Train a model of your own")
    .option("--name <text>", "the name of the training job and of its model", "Untitled")
    .option("-t, --technique <id>", "the technique of the model", "unet-gan")
    .option(
      "--topic <tag=value,value>",
      "train on pieces with one of these values; may be given for several tags",
      collect,
    )
    .option("-d, --dataset <id>", "the data set to train on: without it the Bach chorales")
    .option("-p, --param <name=value>", "a hyperparameter, as epochs=10; may be given several times", collect)
    .option("--max-runtime <seconds>", "the training ends after this time, with its best model", anyWholeNumber)
    .option("--estimate", "tell what it would take, and train nothing")
    .option("--watch", "watch it until it has ended")
    .option("--timeout <seconds>", "watch no longer", timeout, usualTimeout)
    .action(async (options) => {
      const run = begin();
      const { topic, dataset, maxRuntime, name } = options;
      const technique = options.technique as CreateTrainingJob["technique"];
      const hyperparameters = await givenParameters(run, { technique, kind: "hyperparameters", given: options.param });
      const body: CreateTrainingJob = {
        name,
        technique,
        ...(topic === undefined ? {} : { topics: readTopics(topic) }),
        ...(dataset === undefined ? {} : { datasetId: dataset }),
        ...(hyperparameters === undefined ? {} : { hyperparameters }),
        ...(maxRuntime === undefined ? {} : { maxRuntimeSeconds: maxRuntime }),
      };
      if (options.estimate === true) await tellEstimate(run, body);
      else await beginJob(run, body, options);
    });
  completesWith(command, { "--technique": "techniques", "--dataset": "datasets" });
  return command;
}

async function tellEstimate(run: Run, body: CreateTrainingJob): Promise<void> {
  const { signal } = run.terminal;
  const estimate = await load(
    run.terminal,
    async () => await apiOf(run).POST("/training-jobs/estimate", { body, signal }),
  );
  const { splits, stepsPerEpoch, epochs, minutes, dataset } = estimate;
  const text = drawFacts([
    ["Data set", `${dataset.id} ${dataset.version}`],
    ["Pieces", `${splits.train.pieces} to train on, ${splits.validation.pieces} and ${splits.test.pieces} to judge by`],
    ["Bars", splits.train.bars],
    ["Updates per epoch", stepsPerEpoch],
    ["Epochs", epochs],
    ["Minutes", minutes === null ? "not known: nothing like it was trained here yet" : minutes.toFixed(1)],
  ]);
  await tell(run, { json: estimate, ids: [], text });
}

interface FollowOptions {
  readonly watch?: true | undefined;
  readonly timeout: number;
}

async function beginJob(run: Run, body: CreateTrainingJob, { watch, timeout: seconds }: FollowOptions): Promise<void> {
  const header = { "Idempotency-Key": randomUUID() };
  const { signal } = run.terminal;
  const job = await load(
    run.terminal,
    async () => await apiOf(run).POST("/training-jobs", { params: { header }, body, signal }),
  );
  if (watch === true) {
    await remark(run, `${job.id} has begun.`);
    await watchJob(run, job.id, { seconds });
  } else {
    await tell(run, { json: job, ids: [job.id], text: `${job.id} has begun. Watch it: opencomposer watch` });
  }
}

export function watchCommand(begin: BeginRun) {
  const command = new Command("watch")
    .description("Watch a training: its curves live on a terminal, else a line for each epoch")
    .argument(...jobArgument)
    .option("--until-epoch <number>", "end as soon as this epoch is complete", wholeNumber({ min: 1, max: 1_000_000 }))
    .option("--timeout <seconds>", "watch no longer", timeout, usualTimeout)
    .action(async (job, { untilEpoch, timeout: seconds }) => {
      const run = begin();
      await watchJob(run, await jobIdOf(run, job), { seconds, untilEpoch });
    });
  completesWith(command, { job: "jobs" });
  return command;
}

export function stopCommand(begin: BeginRun) {
  const command = new Command("stop")
    .description("Stop a training job. It keeps its best model, and can be resumed")
    .argument(...jobArgument)
    .option("--wait", "wait until it has ended")
    .option("--timeout <seconds>", "wait no longer", timeout, usualTimeout)
    .action(async (job, { wait, timeout: seconds }) => {
      const run = begin();
      const id = await jobIdOf(run, job);
      const params = { path: { trainingJobId: id } };
      const { signal } = run.terminal;
      const stopping = await load(
        run.terminal,
        async () => await apiOf(run).POST("/training-jobs/{trainingJobId}/stop", { params, signal }),
      );
      const ended = wait === true ? await waitForEnd(run, id, seconds) : stopping;
      await tell(run, { json: ended, ids: [id], text: describeJob(ended) });
    });
  completesWith(command, { job: "jobs" });
  return command;
}

export function resumeCommand(begin: BeginRun) {
  const command = new Command("resume")
    .description("Begin a training job that goes on from the checkpoint of one that has ended")
    .argument(...jobArgument)
    .option("--name <text>", "the name of the new job: without it that of the old one")
    .option(
      "-p, --param <name=value>",
      "a hyperparameter that changes, as epochs=20; may be given several times",
      collect,
    )
    .option("--max-runtime <seconds>", "the training ends after this time, with its best model", anyWholeNumber)
    .option("--watch", "watch it until it has ended")
    .option("--timeout <seconds>", "watch no longer", timeout, usualTimeout)
    .action(async (given, options) => {
      const run = begin();
      const job = await loadJob(run, await jobIdOf(run, given));
      const { technique } = job;
      const hyperparameters = await givenParameters(run, { technique, kind: "hyperparameters", given: options.param });
      const body: CreateTrainingJob = {
        name: options.name ?? job.name,
        technique,
        resumeFrom: job.id,
        ...(hyperparameters === undefined ? {} : { hyperparameters }),
        ...(options.maxRuntime === undefined ? {} : { maxRuntimeSeconds: options.maxRuntime }),
      };
      await beginJob(run, body, options);
    });
  completesWith(command, { job: "jobs" });
  return command;
}

export function metricsCommand(begin: BeginRun) {
  const command = new Command("metrics")
    .description("List the losses and metrics of a training by epoch")
    .argument(...jobArgument)
    .option("-m, --metric <name>", "only this one; may be given several times", collect)
    .action(async (given, { metric }) => {
      const run = begin();
      const id = await jobIdOf(run, given);
      const params = { path: { trainingJobId: id } };
      const { signal } = run.terminal;
      const metrics = await load(
        run.terminal,
        async () => await apiOf(run).GET("/training-jobs/{trainingJobId}/metrics", { params, signal }),
      );
      const all = [...new Set(metrics.items.flatMap((item) => Object.keys(item)))].filter((name) => name !== "epoch");
      const unknown = (metric ?? []).filter((name) => !all.includes(name));
      if (unknown.length > 0 && metrics.items.length > 0) {
        throw usageError(`There is no metric ${unknown.join(", ")}; there are ${all.join(", ")}.`);
      }
      const names = metric ?? mainMetrics(all);
      const columns = [
        { title: "EPOCH", cell: ({ epoch }: { readonly epoch: number }) => epoch, right: true },
        ...names.map((name) => ({
          title: name,
          cell: (item: Readonly<Record<string, unknown>>) => cellOf(item[name]),
          right: true,
        })),
      ];
      await tell(run, {
        json: metrics,
        ids: metrics.items.map(({ epoch }) => String(epoch)),
        text: drawTable(columns, metrics.items),
      });
    });
  completesWith(command, { job: "jobs" });
  return command;
}

const cellOf = (value: unknown): string | undefined =>
  typeof value === "number" ? String(Number(value.toPrecision(4))) : undefined;

export function samplesCommand(begin: BeginRun) {
  const command = new Command("samples")
    .description("List what a training job has played after its epochs, or write it as MIDI files")
    .argument(...jobArgument)
    .option("--melody <id>", "only what it has made of this sample melody")
    .option("-o, --output <folder>", "write each as EPOCH-MELODY.mid")
    .action(async (given, { melody, output }) => {
      const run = begin();
      const { terminal } = run;
      const trainingJobId = await jobIdOf(run, given);
      const { items } = await load(
        terminal,
        async () =>
          await apiOf(run).GET("/training-jobs/{trainingJobId}/samples", {
            params: { path: { trainingJobId } },
            signal: terminal.signal,
          }),
      );
      const chosen = items.filter(({ melodyId }) => melody === undefined || melodyId === melody);
      const files: string[] = [];
      for (const { epoch, melodyId } of output === undefined ? [] : chosen) {
        const midi = await load(
          terminal,
          async () =>
            await apiOf(run).GET("/training-jobs/{trainingJobId}/samples/{epoch}/{melodyId}", {
              params: { path: { trainingJobId, epoch: String(epoch), melodyId } },
              signal: terminal.signal,
            }),
        );
        const file = join(output ?? "", fileNameOf(`${epoch} ${melodyId}`));
        await writeTarget(terminal, file, new Uint8Array(midi));
        files.push(file);
      }
      const rows = chosen.map((item, index) => ({ ...item, ...(output === undefined ? {} : { file: files[index] }) }));
      const columns = [
        { title: "EPOCH", cell: ({ epoch }: { readonly epoch: number }) => epoch, right: true },
        { title: "MELODY", cell: ({ melodyId }: { readonly melodyId: string }) => melodyId },
        ...(output === undefined
          ? []
          : [{ title: "FILE", cell: ({ file }: { readonly file?: string | undefined }) => file }]),
      ];
      await tell(run, {
        json: rows,
        ids: rows.map(({ epoch, melodyId }) => `${epoch} ${melodyId}`),
        text: drawTable(columns, rows),
      });
    });
  completesWith(command, { job: "jobs", "--melody": "melodies", "--output": "files" });
  return command;
}

/** Returns the id that was given, or that of the newest job. @throws CommandError if there is no job */
async function jobIdOf(run: Run, given: string | undefined): Promise<string> {
  if (given !== undefined) return given;
  const { signal } = run.terminal;
  const { items } = await load(
    run.terminal,
    async () => await apiOf(run).GET("/training-jobs", { params: { query: { limit: 1 } }, signal }),
  );
  const [newest] = items;
  if (newest === undefined) throw usageError("You have no training job yet. Begin one: opencomposer train");
  return newest.id;
}

async function loadJob(run: Run, trainingJobId: string): Promise<TrainingJob> {
  const { signal } = run.terminal;
  return await load(
    run.terminal,
    async () => await apiOf(run).GET("/training-jobs/{trainingJobId}", { params: { path: { trainingJobId } }, signal }),
  );
}
