import type { Table } from "aws-cdk-lib/aws-dynamodb";
import type { Bucket } from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import type { ApiCapability } from "../../../naming/api-routes";
import { environmentVariables } from "../../../naming/environment-variables";
import {
  everyDatasetCatalogue,
  everyOwnCatalogue,
  incomingArchivesPrefix,
  incomingPrefix,
} from "../../../naming/object-keys";
import type { StageConfig } from "../../config/stage-config";
import { ServiceFunction } from "../functions/service-function";

export interface ApiFunctionsProps {
  readonly config: StageConfig;
  readonly table: Table;
  readonly artifacts: Bucket;
  readonly work: Bucket;
}

/** The functions behind the HTTP API. There is one for each set of permissions, not one for each route. */
export class ApiFunctions extends Construct {
  readonly byCapability: Readonly<Record<ApiCapability, ServiceFunction>>;

  constructor(scope: Construct, id: string, { config, table, artifacts, work }: ApiFunctionsProps) {
    super(scope, id);

    const make = (name: string, capability: ApiCapability, description: string, memoryMb: number): ServiceFunction =>
      new ServiceFunction(this, name, {
        config,
        entry: `api/${capability}`,
        description,
        memoryMb,
      });

    // Techniques, sample melodies, health and the API's own document need no data, so this function has no permissions.
    const discovery = make(
      "Discovery",
      "discovery",
      "What the API offers; 404 and 405 for every request without a route",
      512,
    );

    const everyOperation = ["get", "getMany", "query", "put", "update", "delete", "check"] as const;
    // The memory decides the share of a processor. A MIDI file of 1 MiB takes 165 MB at most.
    const tracks = make("Tracks", "tracks", "MIDI uploads", 1024);
    tracks.useTable(table, everyOperation);
    tracks.useArtifacts(artifacts, {
      get: ["users/*/tracks/*"],
      put: ["users/*/tracks/*"],
      tag: ["users/*/tracks/*"],
      delete: ["users/*/tracks/*"],
      list: true,
    });

    const compositions = make(
      "Compositions",
      "compositions",
      "Compositions: request, follow, fetch, correct, rename, rate, share, delete; usage of quotas",
      1024,
    );
    compositions.useTable(table, everyOperation);
    compositions.useArtifacts(artifacts, {
      // The function only asks whether tracks and models exist, but S3 has no smaller permission for that.
      get: ["users/*/compositions/*", "users/*/tracks/*", "users/*/models/*"],
      put: ["users/*/compositions/*"],
      tag: ["users/*/compositions/*"],
      delete: ["users/*/compositions/*"],
      list: true,
    });

    const shared = make("Shared", "shared", "Pieces that their owners share by a link, without signing in", 512);
    shared.useTable(table, ["get"]);
    shared.useArtifacts(artifacts, { get: ["users/*/compositions/*"], list: true });

    const models = make("Models", "models", "Stock and trained models, and what they play", 512);
    models.useTable(table, ["get", "getMany", "query", "put", "update", "delete"]);
    models.useArtifacts(artifacts, {
      get: ["users/*/training-jobs/*/samples/*", "stock/models/*/samples/*"],
      delete: ["users/*/models/*"],
      list: true,
    });

    const datasets = make(
      "Datasets",
      "datasets",
      "Data sets of users: create, offer files, follow, freeze, delete",
      // A request for a version reads the rows of up to 20,000 files, and a file is read again in the request that says what
      // its tracks are.
      1024,
    );
    datasets.useTable(table, everyOperation);
    const ofDatasets = ["users/*/datasets/*"];
    datasets.useArtifacts(artifacts, {
      get: ofDatasets,
      put: ofDatasets,
      tag: ofDatasets,
      delete: ofDatasets,
      list: true,
    });
    // The uploads that the function signs are made with its own permissions.
    const incoming = [`${incomingPrefix}*`, `${incomingArchivesPrefix}*`];
    datasets.useWork(work, { put: incoming, delete: incoming, list: true });

    const training = make("Training", "training", "Training jobs: request, follow, stop, delete; topics", 512);
    training.useTable(table, everyOperation);
    const ofJobs = ["users/*/training-jobs/*"];
    training.useArtifacts(artifacts, {
      get: [...ofJobs, everyDatasetCatalogue, everyOwnCatalogue],
      delete: ofJobs,
      list: true,
    });
    training.useWork(work, { get: ["users/*/training-jobs/*/checkpoints/*"], delete: ofJobs, list: true });

    // It only notes what is asked for. The function that erases has the rights to do so.
    const account = make("Account", "account", "The erasure of everything that a user has: request, follow", 512);
    account.useTable(table, ["get", "put"]);

    // The functions ask whether something is in use, and how much of a user's work is unfinished.
    for (const fn of [tracks, compositions, models, datasets, training]) fn.useOpenWorkIndex(table);
    for (const fn of [tracks, compositions, datasets, training]) {
      fn.setJsonVariable(environmentVariables.userQuotas, config.userQuotas);
    }
    training.setVariable(environmentVariables.runtimeLimitSeconds, String(config.training.runtimeLimitSeconds));
    training.setVariable(environmentVariables.trainingInstanceType, config.training.instanceType);
    training.setVariable(environmentVariables.checkpointDays, String(config.storage.workDays));
    this.byCapability = { discovery, tracks, compositions, shared, models, datasets, training, account };
  }
}
