/**
 * The routes of the HTTP API, in one map. The Api stack makes its routes and throttles from it, each function must serve
 * exactly the operations of its capability (`OperationsOf`, see lambdas/http/bind-operations.ts), and the OpenAPI
 * document describes the same keys.
 */

/** The parts of the API. Each has one Lambda function with its own role: `lambdas/api/<capability>/handler.ts`. */
export const apiCapabilities = [
  "discovery",
  "tracks",
  "compositions",
  "shared",
  "models",
  "datasets",
  "training",
  "account",
] as const;
export type ApiCapability = (typeof apiCapabilities)[number];

export type HttpMethod = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** A method of a path of the API, and the capability that serves it. */
export interface ApiRoute {
  readonly method: HttpMethod;
  /** The path, with its parameters in braces, as API Gateway and OpenAPI write them. */
  readonly path: `/${string}`;
  readonly capability: ApiCapability;
  /**
   * True if the route is served without an access token, under a throttle of its own. API Gateway is reported to keep the
   * throttle of a route that is gone, and to refuse each later update because of it. So a deployed public route that is
   * renamed or removed needs a command of its operator (docs/runbook.md, "A public route is gone").
   */
  readonly public: boolean;
}

/** The routes by their operation ids. */
export const apiRoutes = {
  getHealth: { method: "GET", path: "/health", capability: "discovery", public: true },
  getOpenApiDocument: { method: "GET", path: "/openapi.json", capability: "discovery", public: true },
  listTechniques: { method: "GET", path: "/techniques", capability: "discovery", public: true },
  listSampleMelodies: { method: "GET", path: "/sample-melodies", capability: "discovery", public: true },
  getSampleMelodyMidi: {
    method: "GET",
    path: "/sample-melodies/{sampleMelodyId}/midi",
    capability: "discovery",
    public: true,
  },

  createTrack: { method: "POST", path: "/tracks", capability: "tracks", public: false },
  listTracks: { method: "GET", path: "/tracks", capability: "tracks", public: false },
  getTrack: { method: "GET", path: "/tracks/{trackId}", capability: "tracks", public: false },
  updateTrack: { method: "PATCH", path: "/tracks/{trackId}", capability: "tracks", public: false },
  deleteTrack: { method: "DELETE", path: "/tracks/{trackId}", capability: "tracks", public: false },
  getTrackMidi: { method: "GET", path: "/tracks/{trackId}/midi", capability: "tracks", public: false },

  createComposition: { method: "POST", path: "/compositions", capability: "compositions", public: false },
  listCompositions: { method: "GET", path: "/compositions", capability: "compositions", public: false },
  getComposition: { method: "GET", path: "/compositions/{compositionId}", capability: "compositions", public: false },
  updateComposition: {
    method: "PATCH",
    path: "/compositions/{compositionId}",
    capability: "compositions",
    public: false,
  },
  deleteComposition: {
    method: "DELETE",
    path: "/compositions/{compositionId}",
    capability: "compositions",
    public: false,
  },
  getCompositionMidi: {
    method: "GET",
    path: "/compositions/{compositionId}/midi",
    capability: "compositions",
    public: false,
  },
  getCompositionInputMidi: {
    method: "GET",
    path: "/compositions/{compositionId}/input/midi",
    capability: "compositions",
    public: false,
  },
  correctComposition: {
    method: "PUT",
    path: "/compositions/{compositionId}/midi",
    capability: "compositions",
    public: false,
  },
  listCompositionEditEvents: {
    method: "GET",
    path: "/compositions/{compositionId}/edit-events",
    capability: "compositions",
    public: false,
  },
  rateComposition: {
    method: "POST",
    path: "/compositions/{compositionId}/rating",
    capability: "compositions",
    public: false,
  },
  shareComposition: {
    method: "POST",
    path: "/compositions/{compositionId}/share",
    capability: "compositions",
    public: false,
  },
  revokeShare: {
    method: "DELETE",
    path: "/compositions/{compositionId}/share",
    capability: "compositions",
    public: false,
  },
  getUsage: { method: "GET", path: "/usage", capability: "compositions", public: false },
  listTechniqueRatings: { method: "GET", path: "/technique-ratings", capability: "compositions", public: false },

  getSharedComposition: { method: "GET", path: "/shared/{token}", capability: "shared", public: true },
  getSharedCompositionMidi: { method: "GET", path: "/shared/{token}/midi", capability: "shared", public: true },
  listSharedCompositionEditEvents: {
    method: "GET",
    path: "/shared/{token}/edit-events",
    capability: "shared",
    public: true,
  },

  listModels: { method: "GET", path: "/models", capability: "models", public: false },
  getModel: { method: "GET", path: "/models/{modelId}", capability: "models", public: false },
  updateModel: { method: "PATCH", path: "/models/{modelId}", capability: "models", public: false },
  deleteModel: { method: "DELETE", path: "/models/{modelId}", capability: "models", public: false },
  listModelSamples: { method: "GET", path: "/models/{modelId}/samples", capability: "models", public: false },
  getModelSample: { method: "GET", path: "/models/{modelId}/samples/{melodyId}", capability: "models", public: false },

  createDataset: { method: "POST", path: "/datasets", capability: "datasets", public: false },
  listDatasets: { method: "GET", path: "/datasets", capability: "datasets", public: false },
  getDataset: { method: "GET", path: "/datasets/{datasetId}", capability: "datasets", public: false },
  updateDataset: { method: "PATCH", path: "/datasets/{datasetId}", capability: "datasets", public: false },
  deleteDataset: { method: "DELETE", path: "/datasets/{datasetId}", capability: "datasets", public: false },
  offerDatasetFiles: { method: "POST", path: "/datasets/{datasetId}/uploads", capability: "datasets", public: false },
  offerDatasetArchive: {
    method: "POST",
    path: "/datasets/{datasetId}/archives",
    capability: "datasets",
    public: false,
  },
  getDatasetFile: {
    method: "GET",
    path: "/datasets/{datasetId}/files/{sha256}",
    capability: "datasets",
    public: false,
  },
  overrideDatasetFile: {
    method: "PATCH",
    path: "/datasets/{datasetId}/files/{sha256}",
    capability: "datasets",
    public: false,
  },
  withdrawDatasetFile: {
    method: "DELETE",
    path: "/datasets/{datasetId}/files/{sha256}",
    capability: "datasets",
    public: false,
  },
  listDatasetFiles: { method: "GET", path: "/datasets/{datasetId}/files", capability: "datasets", public: false },
  createDatasetVersion: {
    method: "POST",
    path: "/datasets/{datasetId}/versions",
    capability: "datasets",
    public: false,
  },
  listDatasetVersions: {
    method: "GET",
    path: "/datasets/{datasetId}/versions",
    capability: "datasets",
    public: false,
  },
  getDatasetVersion: {
    method: "GET",
    path: "/datasets/{datasetId}/versions/{versionId}",
    capability: "datasets",
    public: false,
  },

  listTrainingTopics: { method: "GET", path: "/training-topics", capability: "training", public: false },
  createTrainingJob: { method: "POST", path: "/training-jobs", capability: "training", public: false },
  estimateTrainingJob: { method: "POST", path: "/training-jobs/estimate", capability: "training", public: false },
  listTrainingJobs: { method: "GET", path: "/training-jobs", capability: "training", public: false },
  getTrainingJob: { method: "GET", path: "/training-jobs/{trainingJobId}", capability: "training", public: false },
  deleteTrainingJob: {
    method: "DELETE",
    path: "/training-jobs/{trainingJobId}",
    capability: "training",
    public: false,
  },
  stopTrainingJob: {
    method: "POST",
    path: "/training-jobs/{trainingJobId}/stop",
    capability: "training",
    public: false,
  },
  listTrainingJobMetrics: {
    method: "GET",
    path: "/training-jobs/{trainingJobId}/metrics",
    capability: "training",
    public: false,
  },
  listTrainingJobSamples: {
    method: "GET",
    path: "/training-jobs/{trainingJobId}/samples",
    capability: "training",
    public: false,
  },
  getTrainingJobSample: {
    method: "GET",
    path: "/training-jobs/{trainingJobId}/samples/{epoch}/{melodyId}",
    capability: "training",
    public: false,
  },

  eraseUserData: { method: "DELETE", path: "/me/data", capability: "account", public: false },
  getUserData: { method: "GET", path: "/me/data", capability: "account", public: false },
} as const satisfies Readonly<Record<string, ApiRoute>>;

export type OperationId = keyof typeof apiRoutes;
export const isOperationId = (id: string): id is OperationId => Object.hasOwn(apiRoutes, id);
/** The operations that the function of capability `C` serves. */
export type OperationOf<C extends ApiCapability> = {
  [Id in OperationId]: (typeof apiRoutes)[Id]["capability"] extends C ? Id : never;
}[OperationId];

/** POST requests that add nothing: what they are about is there already, or nothing is kept of them. */
const addsNothing: ReadonlySet<OperationId> = new Set<OperationId>(["stopTrainingJob", "estimateTrainingJob"]);
/**
 * Returns true if an operation may leave something of its user that was not there before. Such requests are refused while
 * the user's data are being erased.
 */
export const addsData = (id: OperationId): boolean =>
  ["POST", "PUT", "PATCH"].includes(apiRoutes[id].method) && !addsNothing.has(id);

/**
 * The capability that gets every request without a route. Its function responds with 405 if the path has other methods,
 * and with 404 if there is no such path.
 */
export const defaultRouteCapability = "discovery" satisfies ApiCapability;

/**
 * Returns the methods of a route. Every GET route also serves HEAD (RFC 9110, 9.3.2), for which API Gateway needs a route
 * of its own.
 */
export function methodsOf({ method }: Pick<ApiRoute, "method">): readonly (HttpMethod | "HEAD")[] {
  return method === "GET" ? ["GET", "HEAD"] : [method];
}

/** Returns a pattern in which one or more characters other than a slash stand for a path parameter. */
function pathPattern(path: string): RegExp {
  const parts = path.split("/").map((part) => (part.startsWith("{") ? "[^/]+" : part.replaceAll(".", "\\.")));
  return new RegExp(`^${parts.join("/")}$`);
}

const methodsOfPaths = new Map<string, { readonly pattern: RegExp; readonly methods: (HttpMethod | "HEAD")[] }>();
for (const route of Object.values<ApiRoute>(apiRoutes)) {
  const known = methodsOfPaths.get(route.path) ?? { pattern: pathPattern(route.path), methods: [] };
  known.methods.push(...methodsOf(route));
  methodsOfPaths.set(route.path, known);
}

/** Returns the methods that the API has at the path of a request; none if there is no such path. */
export function methodsAt(requestPath: string): readonly (HttpMethod | "HEAD")[] {
  // A fixed path may stand where another one has a parameter.
  return [...methodsOfPaths.values()].flatMap(({ pattern, methods }) => (pattern.test(requestPath) ? methods : []));
}

/** Returns API Gateway's own name of a route, which stands in `event.routeKey`. */
export function routeKey({ method, path }: { readonly method: HttpMethod | "HEAD"; readonly path: string }): string {
  return `${method} ${path}`;
}

/** Returns the keys of all routes that an entry of {@link apiRoutes} stands for. */
export function routeKeys(route: Pick<ApiRoute, "method" | "path">): readonly string[] {
  return methodsOf(route).map((method) => routeKey({ method, path: route.path }));
}
