/**
 * `npm run bench`: the project's speed, measured in one run on this machine, as a table and in bench.json.
 *
 * Every number that is a claim stands beside its goal or beside a baseline measured in the same run. Nothing is asserted:
 * a busy machine gives slow numbers, and the load is printed with them.
 */
import { spawn, execFile } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { CognitoIdentityProviderClient } from "@aws-sdk/client-cognito-identity-provider";
import * as z from "zod";
import { signIn } from "../local/cloud/users";
import { LOCAL_CREDENTIALS } from "../local/cloud/ministack";
import { outputsSchema } from "../local/outputs";
import { measureBundles } from "./bundle-sizes";

const run = promisify(execFile);
const root = resolve(__dirname, "..");
const container = join(root, "sagemaker-containers/unet-gan/bench");

const invocationsSchema = z.object({
  startSeconds: z.number(),
  firstRequestSeconds: z.number(),
  lengths: z.array(
    z.object({ bars: z.int(), p50Seconds: z.number(), p95Seconds: z.number(), goalSeconds: z.number().optional() }),
  ),
});
const recipeSchema = z.object({ secondsPer100Updates: z.number(), criticParameters: z.int() });
const criticSchema = z.object({
  updatesMeasured: z.int(),
  awsLayerSizes: recipeSchema,
  ours: recipeSchema,
  timesFaster: z.number(),
});

interface Row {
  readonly what: string;
  readonly measured: string;
  readonly against: string;
}

async function pythonBench<Schema extends z.ZodType>(
  environment: string,
  script: string,
  schema: Schema,
): Promise<z.infer<Schema>> {
  const { stdout } = await run(join(root, ".venv", environment, "bin/python"), [join(container, script)], {
    cwd: root,
  });
  return schema.parse(JSON.parse(stdout.trim().split("\n").at(-1) ?? ""));
}

const percentile = (values: readonly number[], percent: number): number => {
  const ordered = [...values].sort((one, other) => one - other);
  return ordered[Math.max(0, Math.ceil((percent / 100) * ordered.length) - 1)] ?? Number.NaN;
};

interface Latency {
  readonly path: string;
  /** The first request that this function has ever had: a cold start. */
  readonly coldMilliseconds: number;
  readonly p50Milliseconds: number;
  readonly p95Milliseconds: number;
}

const warmRequests = 100;
/** One path of each function; the local start's own composition has used `compositions` and `models` before. */
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
    while (!existsSync(outputsFile)) {
      if (Date.now() > deadline || child.exitCode !== null) throw new Error("the local cloud did not come up");
      await new Promise((resume) => setTimeout(resume, 200));
    }
    const { apiUrl, awsEndpointUrl, region, userPoolClientId, demoUser } = outputsSchema.parse(
      JSON.parse(readFileSync(outputsFile, "utf8")),
    );
    const cognito = new CognitoIdentityProviderClient({
      endpoint: awsEndpointUrl,
      region,
      credentials: { ...LOCAL_CREDENTIALS },
    });
    const token = await signIn({ cognito, userPoolClientId, user: demoUser });
    cognito.destroy();
    const timed = async (path: string): Promise<number> => {
      const started = performance.now();
      const answer = await fetch(new URL(path, apiUrl), { headers: { authorization: `Bearer ${token}` } });
      await answer.arrayBuffer();
      if (answer.status !== 200) throw new Error(`GET ${path} answered ${answer.status}`);
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

async function main(): Promise<void> {
  const machine = { cores: cpus().length, processor: cpus()[0]?.model ?? "unknown", load: loadavg()[0] ?? 0 };
  const invocations = await pythonBench("inference", "invocations_bench.py", invocationsSchema);
  const critic = await pythonBench("training", "critic_updates_bench.py", criticSchema);
  const bundles = await measureBundles();
  const latencies = await measureLatencies();

  const milliseconds = (value: number): string => `${value.toFixed(1)} ms`;
  const rows: Row[] = [
    ...invocations.lengths.map(({ bars, p50Seconds, p95Seconds, goalSeconds }) => ({
      what: `${bars} bars through /invocations, p50 / p95`,
      measured: `${milliseconds(p50Seconds * 1000)} / ${milliseconds(p95Seconds * 1000)}`,
      against: goalSeconds === undefined ? "" : `goal ${milliseconds(goalSeconds * 1000)}`,
    })),
    {
      what: `100 critic updates (from ${critic.updatesMeasured})`,
      measured: `${critic.ours.secondsPer100Updates.toFixed(1)} s`,
      against: `AWS's layer sizes ${critic.awsLayerSizes.secondsPer100Updates.toFixed(1)} s: ${critic.timesFaster} times`,
    },
    ...latencies.map(({ path, coldMilliseconds, p50Milliseconds, p95Milliseconds }) => ({
      what: `GET ${path}, warm p50 / p95`,
      measured: `${milliseconds(p50Milliseconds)} / ${milliseconds(p95Milliseconds)}`,
      against: `first request ${milliseconds(coldMilliseconds)}`,
    })),
    ...bundles.map(({ name, bytes, budget }) => ({
      what: `bundle ${name}`,
      measured: `${(bytes / 1000).toFixed(0)} kB`,
      against: budget === undefined ? "" : `budget ${(budget / 1000).toFixed(0)} kB`,
    })),
  ];
  writeFileSync(
    join(root, "bench.json"),
    `${JSON.stringify({ measuredAt: new Date().toISOString(), machine, invocations, critic, latencies, bundles }, null, 2)}\n`,
  );
  console.log(`${machine.processor}, ${machine.cores} cores, load ${machine.load.toFixed(2)}\n`);
  for (const { what, measured, against } of rows) console.log(`${what.padEnd(48)} ${measured.padEnd(22)} ${against}`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
