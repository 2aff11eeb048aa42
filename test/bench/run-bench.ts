/**
 * `npm run bench`: measures the project's speed in one run on this machine, and writes it as a table and to bench.json.
 *
 * Every number that is a claim stands beside its goal or beside a baseline measured in the same run. Nothing is
 * asserted: a busy machine gives slow numbers, and the load is printed with them.
 */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { CognitoIdentityProviderClient } from "@aws-sdk/client-cognito-identity-provider";
import * as z from "zod";
import { localCredentials } from "../../local/cloud/ministack";
import { signIn } from "../../local/cloud/users";
import { type Outputs, readOutputs } from "../../local/outputs";
import { measureBundles } from "../../scripts/bundle-sizes";
import { runCommand } from "../../tools/command-line";
import { measureHostileBodies } from "../verification/hostile-body-times";
import { measureDatasets } from "./catalogue";
import { measureExtraction } from "./extraction";

const run = promisify(execFile);
const root = resolve(__dirname, "../..");

const invocationsSchema = z.object({
  model: z.object({ name: z.string(), sha256: z.string(), bytes: z.int() }),
  startSeconds: z.number(),
  firstRequestSeconds: z.number(),
  peakMebibytes: z.int(),
  cases: z.array(
    z.object({
      name: z.string(),
      bars: z.int(),
      parameters: z.record(z.string(), z.json()),
      requests: z.int(),
      p50Seconds: z.number(),
      p95Seconds: z.number(),
      goalSeconds: z.number().optional(),
      means: z.record(z.string(), z.number()),
    }),
  ),
});
type Invocations = z.infer<typeof invocationsSchema>;
const criticRecipeSchema = z.object({ secondsPer100Updates: z.number(), criticParameters: z.int() });
const criticSchema = z.object({
  updatesMeasured: z.int(),
  awsLayerSizes: criticRecipeSchema,
  ours: criticRecipeSchema,
  timesFaster: z.number(),
});
const singleEditsSchema = z.object({ editsMeasured: z.int(), parameters: z.int(), secondsFor100Edits: z.number() });
const trainingRecipeSchema = z.object({ parameters: z.int(), examplesAProcessorSecond: z.number() });
const trainingSchema = z.object({
  updatesMeasured: z.int(),
  awsLayerSizes: trainingRecipeSchema,
  ours: trainingRecipeSchema,
  timesFaster: z.number(),
});
const decodingSchema = z.object({
  eventsMeasured: z.int(),
  millisecondsAnEvent: z.object({ withCache: z.number(), withoutCache: z.number() }),
  timesFaster: z.number(),
});
const updatesSchema = z.object({ updatesMeasured: z.int(), parameters: z.int(), eventsAProcessorSecond: z.number() });

interface Row {
  readonly what: string;
  readonly measured: string;
  readonly against: string;
}

async function pythonBench<Schema extends z.ZodType>(
  environment: "inference" | "training",
  technique: string,
  script: string,
  schema: Schema,
): Promise<z.infer<Schema>> {
  const python = join(root, ".venv", environment, "bin/python");
  const { stdout } = await run(python, [join(root, "sagemaker-containers", technique, "bench", script)], { cwd: root });
  return schema.parse(JSON.parse(stdout.trim().split("\n").at(-1) ?? ""));
}

const percentile = (values: readonly number[], percent: number): number => {
  const ordered = [...values].sort((one, other) => one - other);
  return ordered[Math.max(0, Math.ceil((percent / 100) * ordered.length) - 1)] ?? Number.NaN;
};

interface Latency {
  readonly path: string;
  /** Milliseconds of the first request that this function has ever had, which is a cold start. */
  readonly coldMilliseconds: number;
  readonly p50Milliseconds: number;
  readonly p95Milliseconds: number;
}

const warmRequests = 100;
/** One path of each function. The local start's own composition has used `compositions` and `models` before. */
const measuredPaths = ["/techniques", "/tracks", "/training-jobs", "/compositions", "/models"];

async function measureLatencies(): Promise<Latency[]> {
  const directory = mkdtempSync(join(tmpdir(), "opencomposer-bench-"));
  const child = spawn(join(root, "node_modules/.bin/tsx"), ["local/start.ts"], {
    cwd: root,
    env: { ...process.env, OPENCOMPOSER_LOCAL_DIR: directory },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const ended = once(child, "close");
  try {
    const outputsFile = join(directory, "outputs.json");
    const deadline = Date.now() + 300_000;
    let outputs: Outputs | undefined;
    while ((outputs = readOutputs(outputsFile)) === undefined) {
      if (Date.now() > deadline || child.exitCode !== null) throw new Error("the local cloud did not come up");
      await new Promise((resume) => setTimeout(resume, 200));
    }
    const { apiUrl, awsEndpointUrl, region, userPoolClientId, demoUser } = outputs;
    const cognito = new CognitoIdentityProviderClient({
      endpoint: awsEndpointUrl,
      region,
      credentials: { ...localCredentials },
    });
    const token = await signIn({ cognito, userPoolClientId, user: demoUser });
    cognito.destroy();
    const timed = async (path: string): Promise<number> => {
      const started = performance.now();
      const response = await fetch(new URL(path, apiUrl), { headers: { authorization: `Bearer ${token}` } });
      await response.arrayBuffer();
      if (response.status !== 200) throw new Error(`GET ${path} responded with ${response.status}`);
      return performance.now() - started;
    };
    const latencies: Latency[] = [];
    for (const path of measuredPaths) {
      const coldMilliseconds = await timed(path);
      const warm: number[] = [];
      for (let count = 0; count < warmRequests; count += 1) warm.push(await timed(path));
      latencies.push({
        path,
        coldMilliseconds,
        p50Milliseconds: percentile(warm, 50),
        p95Milliseconds: percentile(warm, 95),
      });
    }
    return latencies;
  } finally {
    child.kill("SIGINT");
    await ended;
    rmSync(directory, { recursive: true, force: true });
  }
}

const milliseconds = (value: number): string => `${value.toFixed(1)} ms`;

const invocationRows = ({ cases, peakMebibytes }: Invocations): Row[] => [
  ...cases.map(({ name, p50Seconds, p95Seconds, goalSeconds, means }) => ({
    what: `${name}, through /invocations, p50 / p95`,
    measured: `${milliseconds(p50Seconds * 1000)} / ${milliseconds(p95Seconds * 1000)}`,
    against: [
      ...(goalSeconds === undefined ? [] : [`goal ${milliseconds(goalSeconds * 1000)}`]),
      ...Object.entries(means).map(([metric, mean]) => `${metric} ${mean}`),
    ].join(", "),
  })),
  { what: "memory of the server, at most", measured: `${peakMebibytes} MiB`, against: "" },
];

const eventsASecond = (millisecondsAnEvent: number): string => (1000 / millisecondsAnEvent).toFixed(0);

async function main(): Promise<void> {
  const machine = { cores: cpus().length, processor: cpus()[0]?.model ?? "unknown", load: loadavg()[0] ?? 0 };
  const unetGan = {
    invocations: await pythonBench("inference", "unet-gan", "invocations_bench.py", invocationsSchema),
    critic: await pythonBench("training", "unet-gan", "critic_updates_bench.py", criticSchema),
  };
  const arCnn = {
    invocations: await pythonBench("inference", "ar-cnn", "rewriting_bench.py", invocationsSchema),
    singleEditsOfAwsLayerSizes: await pythonBench("training", "ar-cnn", "single_edits_bench.py", singleEditsSchema),
    training: await pythonBench("training", "ar-cnn", "training_bench.py", trainingSchema),
  };
  const transformer = {
    invocations: await pythonBench("inference", "transformer", "continuations_bench.py", invocationsSchema),
    decoding: await pythonBench("training", "transformer", "decoding_bench.py", decodingSchema),
    training: await pythonBench("training", "transformer", "updates_bench.py", updatesSchema),
  };
  const extraction = measureExtraction();
  const datasets = measureDatasets();
  const bundles = await measureBundles();
  const hostileBodyTimes = measureHostileBodies();
  const latencies = await measureLatencies();

  const { critic } = unetGan;
  const { decoding } = transformer;
  const { singleEditsOfAwsLayerSizes: awsEdits, training } = arCnn;
  const edits = arCnn.invocations.cases.find(({ parameters: { editsPerPass } }) => editsPerPass === 1);
  const rows: Row[] = [
    { what: "U-Net GAN", measured: "", against: unetGan.invocations.model.name },
    ...invocationRows(unetGan.invocations),
    {
      what: `100 critic updates (from ${critic.updatesMeasured})`,
      measured: `${critic.ours.secondsPer100Updates.toFixed(1)} s`,
      against: `AWS's layer sizes ${critic.awsLayerSizes.secondsPer100Updates.toFixed(1)} s: ${critic.timesFaster} times`,
    },
    { what: "AR-CNN", measured: "", against: arCnn.invocations.model.name },
    ...invocationRows(arCnn.invocations),
    {
      what: `100 single edits by AWS's layer sizes, no server (from ${awsEdits.editsMeasured})`,
      measured: `${awsEdits.secondsFor100Edits.toFixed(1)} s`,
      // The loop on AWS was timed once, by hand (docs/benchmarks.md).
      against: `${edits === undefined ? "" : `${(awsEdits.secondsFor100Edits / edits.p50Seconds).toFixed(1)} times ours; `}AWS's own loop elsewhere: 7.8 to 12 s`,
    },
    {
      what: `training, examples a processor second (${training.updatesMeasured} updates)`,
      measured: training.ours.examplesAProcessorSecond.toFixed(1),
      against: `AWS's layer sizes ${training.awsLayerSizes.examplesAProcessorSecond.toFixed(1)}: ${training.timesFaster} times`,
    },
    { what: "Transformer", measured: "", against: transformer.invocations.model.name },
    ...invocationRows(transformer.invocations),
    {
      what: `events a processor second with the cache (${decoding.eventsMeasured} events)`,
      measured: eventsASecond(decoding.millisecondsAnEvent.withCache),
      against: `goal 10 times; without ${eventsASecond(decoding.millisecondsAnEvent.withoutCache)}: ${decoding.timesFaster} times`,
    },
    {
      what: `training, events a processor second (${transformer.training.updatesMeasured} updates)`,
      measured: transformer.training.eventsAProcessorSecond.toFixed(0),
      against: "",
    },
    {
      what: `MIDI files a processor second, extracted (${extraction.files}, ${extraction.notes} notes)`,
      measured: extraction.extractedASecond.toFixed(1),
      against: [
        `goal 20; only read: ours ${extraction.parsedASecond.toFixed(1)}`,
        ...Object.entries(extraction.readers).map(([name, files]) => `${name} ${files.toFixed(1)}`),
      ].join(", "),
    },
    ...(["filtered", "everything"] as const).map((which) => ({
      what: `100,000 pieces, ${which === "filtered" ? "four tags asked for" : "no filter"}, counted, ${datasets[which].selected} listed`,
      measured: `${datasets[which].cpuSeconds.toFixed(2)} s of a core, ${datasets[which].peakMegabytes.toFixed(0)} MB`,
      against: "goal 1 s, 200 MB",
    })),
    {
      what: "20,000 files of one piece of 1,000 notes, frozen into a version, without the bucket",
      measured: `${datasets.frozen.cpuSeconds.toFixed(0)} s of a core, ${datasets.frozen.peakMegabytes.toFixed(0)} MB`,
      against: "goal 60 s, 512 MB",
    },
    {
      what: "20,000 pieces of 1,000 notes, loaded by a container",
      measured: `${datasets.loaded.cpuSeconds.toFixed(1)} s of a core, ${datasets.loaded.peakMegabytes.toFixed(0)} MB`,
      against: "goal 10 s, 1 GB",
    },
    { what: "API on the local cloud", measured: "", against: "" },
    ...latencies.map(({ path, coldMilliseconds, p50Milliseconds, p95Milliseconds }) => ({
      what: `GET ${path}, warm p50 / p95`,
      measured: `${milliseconds(p50Milliseconds)} / ${milliseconds(p95Milliseconds)}`,
      against: `first request ${milliseconds(coldMilliseconds)}`,
    })),
    ...hostileBodyTimes.map(({ operation, bodies, slowest, slowestMilliseconds }) => ({
      what: `refusing 1 MiB, ${operation} (slowest of ${bodies})`,
      measured: milliseconds(slowestMilliseconds),
      against: `goal 300.0 ms, ${slowest}`,
    })),
    ...bundles.map(({ name, bytes, budget }) => ({
      what: `bundle ${name}`,
      measured: `${(bytes / 1000).toFixed(0)} kB`,
      against: budget === undefined ? "" : `budget ${(budget / 1000).toFixed(0)} kB`,
    })),
  ];
  const results = {
    measuredAt: new Date().toISOString(),
    machine,
    techniques: { "unet-gan": unetGan, "ar-cnn": arCnn, transformer },
    extraction,
    datasets,
    latencies,
    hostileBodyTimes,
    bundles,
  };
  writeFileSync(join(root, "bench.json"), `${JSON.stringify(results, null, 2)}\n`);
  console.log(`${machine.processor}, ${machine.cores} cores, load ${machine.load.toFixed(2)}\n`);
  for (const { what, measured, against } of rows) console.log(`${what.padEnd(64)} ${measured.padEnd(22)} ${against}`);
}

runCommand(main);
