/**
 * `npm run smoke`: does what a user does, by the public API, and says whether all of it works: signs in, uploads a melody,
 * composes by every technique, trains a model, stops and resumes the training, composes with that model, and deletes all
 * that it made. It prints a line for each step, with its seconds and an estimate of what it costs on AWS.
 *
 *   npm run smoke -- --stage local                 needs a running local cloud
 *   npm run smoke -- --stage dev                   signs in on the stage's page; OPENCOMPOSER_TOKEN or --token has a token
 *   npm run smoke -- --stage dev --max-cost 0.50   begins no training that may take the run over 50 cents
 *   npm run smoke -- --stage dev --json            prints one JSON document; the lines go to the standard error
 *   npm run smoke -- --stage dev --clean-up        deletes what earlier runs of the same user have left
 *
 * Ends with 0 if everything works and is deleted, with 1 if something is wrong, with 2 if it was called wrongly, and with
 * 130 if it was canceled. Ctrl-C ends the steps and deletes what was made; a second one ends the deletion, too. The authors
 * have never run this command on AWS.
 */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { loadStageConfig } from "../lib/config/load-stage-config";
import { CanceledError, readOptions, runCommand, UsageError } from "../tools/command-line";
import { repository } from "../tools/repository";
import { apiStack, readStackOutputs } from "../tools/stacks/deployed-stage";
import { describeAccount, type OpenStage, stageOptions, withStage } from "./operators/open-stage";
import { localToken } from "./sign-in/local-token";
import { signInToStage } from "./sign-in/sign-in-to-stage";
import { cleanUpCommand } from "./smoke/advice";
import { prices, pricesFile, ratesOf } from "./operators/prices";
import type { Clock } from "./smoke/requests";
import { runSmoke, type SmokeReport } from "./smoke/run-smoke";
import { formatUsd } from "./smoke/step";

function readCost(text: string): number {
  if (!/^\d{1,4}(?:\.\d{1,6})?$/.test(text)) {
    throw new UsageError(`--max-cost is "${text}"; it must be US dollars from 0 to 9999, as 0.20.`);
  }
  return Number(text);
}

const clock: Clock = {
  now: () => performance.now(),
  random: Math.random,
  sleep: async (milliseconds, signal) => {
    try {
      await sleep(milliseconds, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      // Node's own error says less than the reason.
      signal?.throwIfAborted();
      throw error;
    }
  },
};

/** Returns a name for a run that no other has: the time, and some digits. */
const newRunId = (): string =>
  `${new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}-${randomBytes(3).toString("hex")}`;

/** The controllers that Ctrl-C aborts: first that of the steps, then that of the deletion. */
function untilCanceled(): { readonly steps: AbortController; readonly deletion: AbortController; end(): void } {
  const steps = new AbortController();
  const deletion = new AbortController();
  const cancel = (): void => {
    const reason = new CanceledError("The run was canceled.");
    if (steps.signal.aborted) deletion.abort(reason);
    steps.abort(reason);
  };
  process.on("SIGINT", cancel).on("SIGTERM", cancel);
  return { steps, deletion, end: () => process.off("SIGINT", cancel).off("SIGTERM", cancel) };
}

/** Seconds in which a person has to sign in. */
const signInSeconds = 600;

interface Options {
  readonly token: string | undefined;
  readonly paste: boolean;
  readonly json: boolean;
  readonly cleanUp: boolean;
  readonly ceiling: number;
}

const apiUrlOf = async (stage: OpenStage): Promise<string> =>
  stage.local?.apiUrl ?? (await readStackOutputs(stage, apiStack)).ApiUrl;

async function smoke(stage: OpenStage, { token, paste, json, cleanUp, ceiling }: Options): Promise<void> {
  const tell = json ? console.error : console.log;
  // What a run on the local cloud would cost on AWS is estimated with the settings of `dev`.
  const config = loadStageConfig({ stage: stage.local === undefined ? stage.stage : "dev", folder: repository });
  const rates = ratesOf(prices, config);
  tell(describeAccount(stage));
  tell(
    stage.local === undefined
      ? `This command has never been run on AWS. It costs money: about ${formatUsd(ceiling)} at the most, by an estimate.`
      : "The costs are those of the same run on AWS; this one costs nothing.",
  );
  const canceled = untilCanceled();
  const signIn = async (signal: AbortSignal): Promise<string> => {
    if (token !== undefined) return token;
    if (stage.local !== undefined) return await localToken("demo");
    return await signInToStage(stage, { tell: console.error, paste, seconds: signInSeconds, signal });
  };
  try {
    const startedAt = new Date().toISOString();
    const report = await runSmoke({
      stage: stage.stage,
      apiUrl: await apiUrlOf(stage),
      signIn,
      rates,
      ceiling,
      runId: newRunId(),
      tell,
      signal: canceled.steps.signal,
      deletionSignal: canceled.deletion.signal,
      clock,
      cleanUp,
    });
    tell(describeEnd(report, { ceiling, stage, cleanUp }));
    if (json) {
      const { asOf, region } = prices;
      const document = { stage: stage.stage, startedAt, ...report, maxCostUsd: ceiling, prices: { asOf, region } };
      console.log(JSON.stringify(document, null, 2));
    }
    if (report.canceled) process.exitCode = 130;
    else if (!report.passed) process.exitCode = 1;
  } finally {
    canceled.end();
  }
}

/** Returns the last lines: the result, the time, the cost beside its ceiling, and what is left. */
function describeEnd(
  { passed, canceled, steps, seconds, costUsd, left }: SmokeReport,
  {
    ceiling,
    stage: { stage, settings },
    cleanUp,
  }: Pick<Options, "ceiling" | "cleanUp"> & { readonly stage: OpenStage },
): string {
  const count = (wanted: string): number => steps.filter(({ result }) => result === wanted).length;
  const result = passed
    ? cleanUp
      ? "Everything is deleted"
      : "Everything works"
    : canceled
      ? "Canceled"
      : `Not everything ${cleanUp ? "is deleted" : "works"}: ${count("failed")} failed, ${count("skipped")} not tried`;
  const elsewhere = settings.region === prices.region ? "" : ` Prices in ${settings.region} are others.`;
  return [
    `${result}. ${count("passed")} steps passed, ${seconds.toFixed(0)} s, estimated cost ${formatUsd(costUsd)} of ${formatUsd(ceiling)} (--max-cost).`,
    `The estimate is from ${pricesFile}: list prices of ${prices.region}, ${prices.asOf}.${elsewhere}`,
    ...(left.length === 0
      ? []
      : [
          `Left: ${left.map(({ kind, name, id }) => `${kind} "${name}" (${id})`).join(", ")}. Delete it: ${cleanUpCommand(stage)}`,
        ]),
  ].join("\n");
}

runCommand(async () => {
  const values = readOptions({
    ...stageOptions,
    token: { type: "string" },
    paste: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    "clean-up": { type: "boolean", default: false },
    "max-cost": { type: "string", default: "0.20" },
  });
  const ceiling = readCost(values["max-cost"]);
  const given = values.token ?? process.env["OPENCOMPOSER_TOKEN"];
  await withStage({ values }, async (stage) => {
    await smoke(stage, {
      token: given === "" ? undefined : given,
      paste: values.paste,
      json: values.json,
      cleanUp: values["clean-up"],
      ceiling,
    });
  });
});
