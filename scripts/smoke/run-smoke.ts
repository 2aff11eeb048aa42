/**
 * The use case of `npm run smoke`: does what a user of a stage does, from signing in to a model of their own, by the public
 * API alone, and deletes all that it made.
 */
import { findStockModels, hasModels, listTechniques, signInToApi } from "./catalogue";
import { compose, uploadTune } from "./compose";
import { openConsole } from "./console";
import { deleteAll } from "./delete";
import type { SmokeReport } from "./report";
import { openRun, type Run, type SmokeParams } from "./run";
import { StepFailed } from "./step";
import { beginTraining, resumeTraining, stopTraining } from "./train";

/**
 * Runs all steps and the deletion.
 *
 * @returns what was seen. A step that fails is a result, and so is a run that was canceled
 */
export async function runSmoke(params: SmokeParams): Promise<SmokeReport> {
  const { clock, signal } = params;
  const begun = clock.now();
  const run = openRun(params);
  const { steps, spending } = run;
  try {
    await (params.cleanUp === true ? signInToCleanUp(run) : runSteps(run));
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  const isDeletion = run.hasWritten() || (params.cleanUp === true && !steps.hasFailed && !signal.aborted);
  const deletion = isDeletion ? await deleteAll(run) : { results: [], left: [] };
  const results = [...steps.results, ...deletion.results];
  return {
    passed: !signal.aborted && results.every(({ result }) => result === "passed"),
    canceled: signal.aborted,
    steps: results,
    seconds: (clock.now() - begun) / 1000,
    costUsd: spending.spent,
    left: deletion.left,
  };
}

async function signInToCleanUp(run: Run): Promise<void> {
  await run.steps.run("sign in", {}, async () => {
    await signInToApi(run);
    return { value: undefined, found: "the API takes the token" };
  });
}

async function runSteps(run: Run): Promise<void> {
  const { steps } = run;
  const techniques = await steps.run("sign in and list the techniques", {}, async () => await listTechniques(run));
  // Whatever comes now would fail for the same reason.
  if (techniques === undefined) return;
  const { consoleUrl } = run.params;
  if (consoleUrl !== undefined) await steps.run("open the console", {}, async () => await openConsole(run, consoleUrl));
  const models = await steps.run(
    "list the stock models",
    {},
    async () => await findStockModels(run, techniques.filter(hasModels)),
  );
  const tune = await steps.run("upload a melody", {}, async () => await uploadTune(run));
  for (const technique of techniques.filter(({ byRule }) => byRule)) {
    await steps.run(
      `compose with ${technique.name}`,
      { melody: tune },
      async ({ melody }) => await compose(run, { technique, ...melody }),
    );
  }
  for (const technique of techniques.filter(hasModels)) {
    await steps.run(
      `compose with ${technique.name}`,
      { melody: tune, "list of stock models": models },
      async ({ melody, "list of stock models": stock }) => {
        const modelId = stock.get(technique.id);
        if (modelId === undefined) throw new StepFailed("NO_STOCK_MODEL", `there is no stock model of ${technique.id}`);
        return await compose(run, { technique, modelId, ...melody });
      },
    );
  }
  const technique = techniques.find(hasModels);
  if (technique === undefined) return;
  const begun = await steps.run(
    `train ${technique.name} until its first epoch`,
    {},
    async () => await beginTraining(run, technique),
  );
  const stopped = await steps.run("stop the training", { training: begun }, async ({ training }) => {
    return await stopTraining(run, training);
  });
  const modelId = await steps.run("resume it to its end", { "stopped training": stopped }, async (needs) => {
    return await resumeTraining(run, technique, needs["stopped training"]);
  });
  await steps.run("compose with the own model", { melody: tune, "own model": modelId }, async (needs) => {
    return await compose(run, { technique, modelId: needs["own model"], ...needs.melody });
  });
}
