/**
 * `npm run smoke`: does what a user does, by the public API, and says whether all of it works: signs in, uploads a melody,
 * composes by every technique, trains a model, stops and resumes the training, composes with that model, and deletes all
 * that it made. It prints a line for each step, with its seconds and an estimate of what it costs on AWS.
 *
 * Ends with 0 if everything works and is deleted, with 1 if something is wrong, with 2 if it was called wrongly, and with
 * 130 if it was canceled. Ctrl-C ends the steps and deletes what was made; a second one ends the deletion, too. The authors
 * have never run this command on AWS.
 */
import { randomBytes } from "node:crypto";
import { systemClock } from "../client/retry";
import { loadStageConfig } from "../lib/config/load-stage-config";
import { CanceledError, type CommandUsage, readNumber, readOptions, runCommand } from "../tools/command-line";
import { repository } from "../tools/repository";
import { apiStack, consoleStack, describeStack, readStackOutputs } from "../tools/stacks/deployed-stage";
import { describeAccount, type OpenStage, stageOptions, withStage } from "./operators/open-stage";
import { prices } from "./operators/prices";
import { localToken } from "./sign-in/local-token";
import { signInSeconds, signInToStage } from "./sign-in/sign-in-to-stage";
import { ratesOf } from "./smoke/rates";
import { describeReport } from "./smoke/report";
import { runSmoke } from "./smoke/run-smoke";
import { formatUsd } from "./smoke/step";

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

interface Options {
  readonly token: string | undefined;
  readonly paste: boolean;
  readonly json: boolean;
  readonly cleanUp: boolean;
  readonly ceiling: number;
}

const apiUrlOf = async (stage: OpenStage): Promise<string> =>
  stage.local?.apiUrl ?? (await readStackOutputs(stage, apiStack)).ApiUrl;

/** Returns the console's address; undefined where the stage has none. */
const consoleUrlOf = async (stage: OpenStage): Promise<string | undefined> =>
  stage.local === undefined
    ? (await describeStack(stage, consoleStack.name))?.outputs["ConsoleUrl"]
    : stage.local.consoleUrl;

async function smoke(stage: OpenStage, { token, paste, json, cleanUp, ceiling }: Options): Promise<void> {
  const tell = json ? console.error : console.log;
  // What a run on the local cloud would cost on AWS is estimated with the settings of `dev`.
  const config = loadStageConfig({ stage: stage.local === undefined ? stage.stage : "dev", folder: repository });
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
      consoleUrl: await consoleUrlOf(stage),
      signIn,
      rates: ratesOf(prices, config),
      monitor: config.training.monitor,
      ceiling,
      runId: newRunId(),
      tell,
      signal: canceled.steps.signal,
      deletionSignal: canceled.deletion.signal,
      clock: systemClock,
      cleanUp,
    });
    tell(describeReport(report, { ceiling, cleanUp, stage: stage.stage, region: stage.settings.region }));
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

const usage = {
  command: "npm run smoke",
  does: "Does what a user does, by the API alone, says of each step whether it works, and deletes all that it made.",
  options: {
    ...stageOptions,
    token: {
      type: "string",
      value: "TOKEN",
      does: "an access token, in place of OPENCOMPOSER_TOKEN; without one it signs in",
    },
    paste: {
      type: "boolean",
      default: false,
      does: "asks for the address that the browser was sent to, when it signs in",
    },
    json: { type: "boolean", default: false, does: "prints one JSON document; the lines go to the standard error" },
    "clean-up": { type: "boolean", default: false, does: "deletes what earlier runs of the same user have left" },
    "max-cost": {
      type: "string",
      value: "DOLLARS",
      default: "0.20",
      does: "begins no training that may take the run over this sum",
    },
  },
  examples: [
    { given: "--stage local", does: "needs a running local cloud, and costs nothing" },
    { given: "--stage dev", does: "signs in on the stage's page" },
    { given: "--stage dev --max-cost 0.50", does: "begins no training that may take the run over 50 cents" },
    { given: "--stage dev --clean-up", does: "deletes what earlier runs have left" },
  ],
} as const satisfies CommandUsage;

runCommand(async () => {
  const values = readOptions(usage);
  const ceiling = readNumber("--max-cost", values["max-cost"], { what: "US dollars", min: 0, max: 9999, decimals: 6 });
  const given = values.token ?? process.env["OPENCOMPOSER_TOKEN"];
  await withStage({ values, command: usage.command }, async (stage) => {
    await smoke(stage, {
      token: given === "" ? undefined : given,
      paste: values.paste,
      json: values.json,
      cleanUp: values["clean-up"],
      ceiling,
    });
  });
});
