/**
 * `npm run verify:api`: compares the running local API with docs/openapi.json by Schemathesis.
 *
 *   npm run verify:api                        sends at least 5,000 requests
 *   npm run verify:api -- --requests 500      sends fewer
 *   npm run verify:api -- --seed 7            repeats the same requests, as far as the API's own ids allow
 *
 * It starts a local cloud of its own in a temporary folder. It ends with 1 when a response is a server error, is
 * undocumented, or has another content type or shape than documented; when a method that a path does not have is
 * returned another status than 405; when fewer requests were made; or when an operation was left out.
 */
import { spawn } from "node:child_process";
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { readOptions, runCommand } from "../../tools/command-line";
import { accessToken, type ApiSession, openSession, shapes } from "../e2e/api-session";
import type { OperationId } from "../../naming/api-routes";
import { documentedOperations } from "../e2e/documented-operations";
import { randomMelody } from "../e2e/random-melody";
import { repository, startCloud } from "../e2e/running-cloud";
import { until } from "../e2e/until";

const checks = [
  "not_a_server_error",
  "status_code_conformance",
  "content_type_conformance",
  "response_headers_conformance",
  "response_schema_conformance",
  "unsupported_method",
];
/**
 * Methods that are tried on paths that do not have them, which must give 405. HEAD is missing because every GET has
 * it, and OPTIONS because the gateway responds to it itself.
 */
const unexpectedMethods = ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"];
/** Number of requests, about, that all phases but fuzzing make. Fuzzing makes the rest. */
const requestsBeforeFuzzing = 800;
/**
 * The factor by which more examples are asked for, because some operations have so few different requests that fuzzing
 * ends early there.
 */
const margin = 1.4;
const stopEveryMilliseconds = 1_000;

/** Real ids that paths use half of the time. Without them nearly every response would be 404. */
type KnownIds = Readonly<Record<string, readonly string[]>>;

interface Tally {
  readonly byStatus: ReadonlyMap<number, number>;
  readonly operations: ReadonlySet<string>;
}

const idSchema = z.object({ id: z.string() });

async function created(api: ApiSession, path: string, options: Parameters<ApiSession["call"]>[2]): Promise<string> {
  return (await api.call("POST", path, options)).json(idSchema).id;
}

/** Makes a track and, for each technique, a finished composition and a training job that really runs, for one epoch. */
async function makeResources(api: ApiSession): Promise<KnownIds> {
  const trackId = await created(api, "/tracks", { bytes: randomMelody(8).midi });
  const models = (await api.call("GET", "/models")).json(shapes.list(shapes.model)).items;
  const compositionIds: string[] = [];
  const trainingJobIds: string[] = [];
  for (const { id: modelId, technique } of models) {
    const composition = { name: "A piece", technique, modelId, input: { trackId } };
    compositionIds.push(await created(api, "/compositions", { json: composition }));
    const job = { name: "A job", technique, topics: { length: ["short"] }, hyperparameters: { epochs: 1 } };
    trainingJobIds.push(await created(api, "/training-jobs", { json: job }));
  }
  const isDone = ({ state }: z.infer<typeof shapes.composition>): boolean => state === "COMPLETED";
  for (const id of compositionIds) await api.pollUntil(`/compositions/${id}`, shapes.composition, isDone, 120);
  return {
    trackId: [trackId],
    compositionId: compositionIds,
    trainingJobId: trainingJobIds,
    modelId: models.map(({ id }) => id),
    epoch: ["1"],
    melodyId: ["ode-to-joy"],
    sampleMelodyId: ["ode-to-joy"],
  };
}

/** Stops every job but `kept`, as a prudent user does, because valid requests start real training. */
async function stopJobs(api: ApiSession, kept: readonly string[], signal: AbortSignal): Promise<number> {
  const stopped = new Set<string>();
  const open = new Set(["PENDING", "QUEUED", "STARTING", "TRAINING"]);
  while (!signal.aborted) {
    const { items } = (await api.call("GET", "/training-jobs?limit=100")).json(shapes.list(shapes.trainingJob));
    for (const { id, state } of items) {
      if (!open.has(state) || kept.includes(id)) continue;
      await api.call("POST", `/training-jobs/${id}/stop`);
      stopped.add(id);
    }
    await sleep(stopEveryMilliseconds, undefined, { signal }).catch(() => undefined);
  }
  return stopped.size;
}

/** The operation after which every request that adds something would be refused: test/unit/erasure has its requests. */
const notAsked = "eraseUserData" satisfies OperationId;

/** Returns the configuration as TOML. JSON's strings, numbers and arrays are TOML's, too. */
function configuration(params: { readonly hooks: string; readonly ids: KnownIds; readonly examples: number }): string {
  const { hooks, ids, examples } = params;
  const entries = Object.entries(ids);
  return [
    `hooks = ${JSON.stringify(hooks)}`,
    'headers = { Authorization = "Bearer ${OPENCOMPOSER_TOKEN}" }',
    "continue-on-failure = true",
    `generation = { max-examples = ${examples}, database = "none" }`,
    "[phases.coverage]",
    `unexpected-methods = ${JSON.stringify(unexpectedMethods)}`,
    "[parameters]",
    ...entries.map(([name]) => `"path.${name}" = { dictionary = "${name}", probability = 0.5 }`),
    ...entries.flatMap(([name, values]) => [`[dictionaries.${name}]`, `values = ${JSON.stringify(values)}`]),
    "[[operations]]",
    `include-operation-id = ${JSON.stringify(notAsked)}`,
    "enabled = false",
  ].join("\n");
}

async function runSchemathesis(params: {
  readonly apiUrl: string;
  readonly token: string;
  readonly folder: string;
  readonly ids: KnownIds;
  readonly requests: number;
  readonly seed: string | undefined;
  readonly signal: AbortSignal;
}): Promise<{ readonly passed: boolean; readonly reportFile: string }> {
  const { apiUrl, token, folder, ids, requests, seed, signal } = params;
  const configFile = join(folder, "schemathesis.toml");
  const reportFile = join(folder, "report.ndjson");
  const perOperation = ((requests - requestsBeforeFuzzing) * margin) / documentedOperations.length;
  const examples = Math.max(1, Math.ceil(perOperation));
  const hooks = join(repository, "test/verification/midi_bodies.py");
  writeFileSync(configFile, configuration({ hooks, ids, examples }));
  // There is one worker, because with several threads CPython 3.11 now and then fails to parse ("AST constructor
  // recursion depth mismatch").
  const child = spawn(
    join(repository, ".venv/clients/bin/st"),
    [
      ...["--config-file", configFile, "run", join(repository, "docs/openapi.json"), "--url", apiUrl, "--no-color"],
      ...["--phases", "examples,coverage,fuzzing", "--workers", "1", "--checks", checks.join(",")],
      ...["--warnings", "off", "--report-ndjson-path", reportFile],
      ...(seed === undefined ? [] : ["--seed", seed]),
    ],
    // Hypothesis leaves the examples that it remembers in the working folder.
    {
      cwd: folder,
      env: { ...process.env, OPENCOMPOSER_TOKEN: token },
      stdio: ["ignore", "inherit", "inherit"],
      signal,
    },
  );
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  return { passed: code === 0, reportFile };
}

const scenarioSchema = z.object({
  ScenarioFinished: z.object({
    recorder: z.object({
      label: z.string(),
      interactions: z
        .record(z.string(), z.object({ response: z.object({ status_code: z.int() }).nullish() }))
        .default({}),
    }),
  }),
});

/** Counts the responses of a run by their status, from its report. */
async function tally(reportFile: string): Promise<Tally> {
  const byStatus = new Map<number, number>();
  const operations = new Set<string>();
  for await (const line of createInterface({ input: createReadStream(reportFile) })) {
    const scenario = scenarioSchema.safeParse(JSON.parse(line));
    if (!scenario.success) continue;
    const { label, interactions } = scenario.data.ScenarioFinished.recorder;
    for (const { response } of Object.values(interactions)) {
      if (response === undefined || response === null) continue;
      operations.add(label);
      byStatus.set(response.status_code, (byStatus.get(response.status_code) ?? 0) + 1);
    }
  }
  return { byStatus, operations };
}

async function main(): Promise<boolean> {
  const values = readOptions({
    command: "npm run verify:api",
    does: "Sends requests of Schemathesis to a local cloud of its own, and holds the responses against docs/openapi.json.",
    options: {
      requests: { type: "string", value: "COUNT", default: "5000", does: "how many requests" },
      seed: { type: "string", value: "NUMBER", does: "what the requests are made from, to repeat a run" },
    },
    examples: [{ given: "--requests 500", does: "sends 500 requests" }],
  });
  const wanted = z.coerce.number().int().min(1).parse(values.requests);
  const ending = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.once(name, () => {
      ending.abort();
    });
  }
  const { signal } = ending;

  const folder = mkdtempSync(join(tmpdir(), "opencomposer-verify-"));
  const cloud = await startCloud();
  try {
    await until("everything is up", 120, () => cloud.printed().includes("everything is up"));
    const token = await accessToken(cloud.outputs, cloud.outputs.demoUser);
    const api = openSession(cloud.outputs, token);
    const ids = await makeResources(api);
    const verified = new AbortController();
    const stopping = stopJobs(api, ids["trainingJobId"] ?? [], AbortSignal.any([signal, verified.signal]));
    const started = Date.now();
    const { apiUrl } = cloud.outputs;
    const run = runSchemathesis({ apiUrl, token, folder, ids, requests: wanted, seed: values.seed, signal });
    const { passed, reportFile } = await run.finally(() => {
      verified.abort();
    });
    const stopped = await stopping;

    const { byStatus, operations } = await tally(reportFile);
    const statuses = [...byStatus].sort(([one], [other]) => one - other);
    const requests = statuses.reduce((sum, [, count]) => sum + count, 0);
    const serverErrors = statuses.reduce((sum, [status, count]) => sum + (status >= 500 ? count : 0), 0);
    const left = documentedOperations.filter(
      ({ id, method, path }) => id !== notAsked && !operations.has(`${method} ${path}`),
    );
    const faults = [
      ...(passed ? [] : ["Schemathesis found what is listed above"]),
      ...(serverErrors === 0 ? [] : [`${serverErrors} server errors`]),
      ...(requests >= wanted ? [] : [`only ${requests} of ${wanted} requests were made`]),
      ...left.map(({ id }) => `${id} was not asked`),
    ];
    console.log(
      `\nverify:api: ${requests} requests to ${operations.size} of ${documentedOperations.length} operations in ` +
        `${Math.round((Date.now() - started) / 1000)} s; by status ${statuses.map(([status, count]) => `${status}: ${count}`).join(", ")}; ` +
        `${stopped} training jobs stopped; ${faults.length === 0 ? "no fault" : `FAILED: ${faults.join("; ")}`}`,
    );
    return faults.length === 0;
  } finally {
    const { left } = await cloud.stop();
    if (left.length > 0) console.error(`processes left behind:\n${left.join("\n")}`);
    rmSync(folder, { recursive: true, force: true });
  }
}

runCommand(async () => {
  if (!(await main())) process.exitCode = 1;
});
