import { join } from "node:path";
import { type DatasetOnRequest, defaultDatasetId, trainedTechniqueIds } from "../../naming/resource-names";
import { takeProcessLock } from "../../tools/processes/process-lock";
import { datasetCache, repository } from "../../tools/repository";
import { buildDataset, type BuiltDatasetId } from "../../tools/seeding/build-dataset";
import {
  builtDatasetFolder,
  committedDataset,
  committedFolder,
  datasetsBuiltOnRequest,
  datasetsWithPieces,
  isDatasetBuilt,
  seedCommittedCatalogue,
  seedDataset,
} from "../../tools/seeding/stock-dataset";
import { readStockModels, seedStockModel, type StockModel } from "../../tools/seeding/stock-models";
import { type BackgroundWork, startInBackground } from "../background-work";
import type { Deployment } from "../cloud/deployment";
import { createEndpoint } from "../cloud/endpoints";
import { rowsOfTrainingJobs, stopTrainingsWithoutRow } from "../cloud/trainings-without-row";
import { seedUser } from "../cloud/users";
import { consoleFolder } from "../console/build-console";
import { refreshExcerpts } from "../console/refresh-excerpts";
import type { LocalPaths } from "../paths";
import { type Progress, secondsSince } from "../progress";
import type { Clients } from "./cloud";

/**
 * Returns the stock models of the checkout.
 * @throws Error where the checkout has no stock model
 */
export function requireStockModels(): readonly StockModel[] {
  const folder = join(repository, "models");
  const stockModels = readStockModels(folder);
  if (stockModels.length === 0) throw new Error(`There is no stock model under ${folder}.`);
  return stockModels;
}

/**
 * Stops trainings that the kept table does not know. This runs before the gateway starts, so that nobody creates a job
 * meanwhile.
 */
export async function stopLostTrainings(params: {
  readonly deployment: Deployment;
  readonly clients: Clients;
  readonly progress: Progress;
}): Promise<void> {
  const { deployment, clients, progress } = params;
  const hasRow = rowsOfTrainingJobs(clients.table, deployment.outputs.TableName);
  const stopped = await stopTrainingsWithoutRow({ sageMaker: clients.sageMaker, hasRow });
  if (stopped.length === 0) return;
  progress.report(`trainings stopped whose job is not in the cloud that is gone on with: ${stopped.join(", ")}`);
}

/**
 * Creates the endpoints and the users, and stores the stock models and the data sets. While the data set of Bach's
 * chorales is not built, only its catalogue is stored.
 *
 * @returns the data sets that are still to be built
 */
export async function seedCloud(params: {
  readonly asked: readonly DatasetOnRequest[];
  readonly stockModels: readonly StockModel[];
  readonly deployment: Deployment;
  readonly clients: Clients;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}): Promise<{ readonly missing: readonly BuiltDatasetId[] }> {
  const { asked, stockModels, deployment, clients, progress, signal } = params;
  const { outputs, demoUser, secondUser } = deployment;
  const { s3, table, cognito, sageMaker } = clients;
  const hasChorales = isDatasetBuilt(datasetCache, committedDataset(repository));
  const onRequest = datasetsBuiltOnRequest(repository, datasetCache);
  const built: readonly BuiltDatasetId[] = hasChorales ? [defaultDatasetId, ...onRequest] : onRequest;
  await Promise.all([
    ...trainedTechniqueIds.map(async (technique) => {
      await progress.step(`endpoint of ${technique}`, async () => {
        await createEndpoint({ sageMaker, stage: "local", technique, roleArn: outputs.TrainingRoleArn, signal });
      });
    }),
    progress.step("users", async () => {
      for (const user of [demoUser, secondUser]) {
        await seedUser({ cognito, userPoolId: outputs.UserPoolId, user });
      }
    }),
    progress.step("stock models", async () => {
      for (const stockModel of stockModels) {
        await seedStockModel({ stockModel, s3, table, ...placesOf(deployment) });
      }
      return stockModels.map(({ id }) => id).join(", ");
    }),
    ...datasetsWithPieces(repository).map(async ({ id }) => {
      await progress.step(`data set ${id}`, async () => {
        await seedDataset({ folder: committedFolder(repository, id), s3, table, ...placesOf(deployment) });
      });
    }),
    ...built.map(async (id) => {
      await progress.step(`data set ${id}`, async () => {
        await seedBuiltDataset({ id, deployment, clients });
      });
    }),
    ...(hasChorales ? [] : [seedCommittedCatalogue({ repository, s3, table, ...placesOf(deployment) })]),
  ]);
  return { missing: [defaultDatasetId, ...asked].filter((id) => !built.includes(id)) };
}

/**
 * Builds data sets one after the other beside the other steps, stores them, and gives the console the excerpts of its
 * quiz. It first waits for the trainer's environment, which builds them.
 */
export function buildMissingDatasets(params: {
  readonly missing: readonly BuiltDatasetId[];
  readonly trainer: BackgroundWork;
  readonly deployment: Deployment;
  readonly clients: Clients;
  readonly paths: LocalPaths;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}): BackgroundWork {
  const { missing, trainer, deployment, clients, paths, progress, signal } = params;
  for (const id of missing) {
    progress.report(`data set ${id}: it is built in the background; training jobs wait for it, composing does not`);
  }
  return startInBackground({
    signal,
    warn: progress.warn,
    work: async () => {
      const began = Date.now();
      // `npm run doctor` reads it: a data set that is still built is not a fault.
      const release = takeProcessLock({
        file: paths.datasetLock,
        whyRefused: ({ pid }) => `The process ${pid} already builds the data set.`,
      });
      try {
        // If the environment could not be made, its own work has reported the reason.
        if (!(await trainer.succeeded)) return;
        for (const id of missing) {
          await buildDataset({
            id,
            cache: datasetCache,
            environment: "training",
            report: progress.warn,
            logFile: join(paths.logs, "dataset.log"),
            signal,
          });
          await seedBuiltDataset({ id, deployment, clients });
          if (id === defaultDatasetId) refreshExcerpts(repository, consoleFolder(repository));
          progress.warn(`data set ${id}: ready after ${secondsSince(began)}`);
        }
      } finally {
        release();
      }
    },
  });
}

async function seedBuiltDataset(params: {
  readonly id: BuiltDatasetId;
  readonly deployment: Deployment;
  readonly clients: Clients;
}): Promise<void> {
  const { id, deployment, clients } = params;
  const folder = builtDatasetFolder(datasetCache, committedDataset(repository, id));
  await seedDataset({ folder, s3: clients.s3, table: clients.table, ...placesOf(deployment) });
}

function placesOf({ outputs }: Deployment): { readonly artifactsBucket: string; readonly tableName: string } {
  return { artifactsBucket: outputs.ArtifactsBucketName, tableName: outputs.TableName };
}
