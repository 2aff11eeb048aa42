/** Every page of the console with something on it: the route table, with names of real resources in its paths. */
import { type PagePath, pagePaths } from "../../../../console/src/app/page-paths";
import { capsuleIds } from "../../../../console/src/learn/capsules";

/** What stands on the pages. */
export interface ExampleResources {
  readonly compositionId: string;
  /** A piece of the same settings with another seed. */
  readonly variationId: string;
  /** Opens the same composition. */
  readonly shareToken: string;
  readonly modelId: string;
  readonly trainingJobIds: readonly [string, string];
  readonly datasetId: string;
}

/** A page to look at. */
export interface ExampleView {
  /** Its name, which can be the name of a file. */
  readonly name: string;
  readonly path: (resources: ExampleResources) => string;
}

const compositionViews = ["result", "edits", "lens"];

/** What a route's path alone does not say. */
const examples: Readonly<Partial<Record<PagePath, readonly ExampleView[]>>> = {
  "/studio/:compositionId": [
    ...compositionViews.map((view) => ({
      name: `studio-${view}`,
      path: ({ compositionId }: ExampleResources) => `/studio/${compositionId}?view=${view}`,
    })),
    {
      name: "studio-compare",
      path: ({ compositionId, variationId }) => `/studio/${compositionId}?view=compare&with=${variationId}`,
    },
    {
      name: "studio-variations",
      path: ({ compositionId, variationId }) =>
        `/studio/${compositionId}?view=variations&with=${compositionId},${variationId}`,
    },
  ],
  "/models/:id": [{ name: "model", path: ({ modelId }) => `/models/${modelId}` }],
  "/datasets/:id": [{ name: "dataset", path: ({ datasetId }) => `/datasets/${datasetId}` }],
  "/training/:id": [{ name: "training-job", path: ({ trainingJobIds: [id] }) => `/training/${id}` }],
  "/training/compare": [
    { name: "training-compare", path: ({ trainingJobIds }) => `/training/compare?jobs=${trainingJobIds.join(",")}` },
  ],
  "/shared/:token": [{ name: "shared", path: ({ shareToken }) => `/shared/${shareToken}` }],
  "/learn/:capsule": capsuleIds.map((id) => ({ name: `learn-${id}`, path: () => `/learn/${id}` })),
};

const viewsOf = (route: PagePath): readonly ExampleView[] => {
  const given = examples[route];
  if (given !== undefined) return given;
  if (route.includes(":")) throw new Error(`The route ${route} needs an example in example-views.ts.`);
  return [{ name: route.slice(1).replaceAll("/", "-"), path: () => route }];
};

/** At least one view of each route, and the page of what does not exist. */
export const exampleViews: readonly ExampleView[] = [
  ...pagePaths.flatMap(viewsOf),
  { name: "not-found", path: () => "/nowhere/at-all" },
];
