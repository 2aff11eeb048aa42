/** Every page of the console with its path. Pages are loaded when they are first shown. */
import type { ComponentType } from "react";
import { consolePaths } from "../../../naming/console-paths";
import { texts } from "../texts/en";
import { latePart } from "./late-part";
import type { PagePath } from "./page-paths";

export interface PageRoute {
  /** A new page's path is written down in page-paths.ts, by which the tests look at it. */
  readonly path: PagePath;
  readonly page: ComponentType;
  /** The name in the navigation, for the pages that stand there. They stand in this order. */
  readonly navigation?: string;
}

const studio = latePart(async () => await import("../studio/studio-page"));

/** Reloading a page of these paths leads to the same page. The first one with a name in the navigation is the home. */
export const pageRoutes: readonly PageRoute[] = [
  { path: consolePaths.signedIn, page: latePart(async () => await import("../sign-in/signed-in-page")) },
  { path: "/studio", page: studio, navigation: texts.navigation.studio },
  { path: "/studio/:compositionId", page: studio },
  {
    path: "/compositions",
    page: latePart(async () => await import("../compositions/compositions-page")),
    navigation: texts.navigation.compositions,
  },
  {
    path: "/melodies",
    page: latePart(async () => await import("../melodies/melodies-page")),
    navigation: texts.navigation.melodies,
  },
  {
    path: "/models",
    page: latePart(async () => await import("../models/models-page")),
    navigation: texts.navigation.models,
  },
  { path: "/models/:id", page: latePart(async () => await import("../models/model-page")) },
  {
    path: "/datasets",
    page: latePart(async () => await import("../datasets/datasets-page")),
    navigation: texts.navigation.datasets,
  },
  { path: "/datasets/new", page: latePart(async () => await import("../datasets/new-dataset-page")) },
  { path: "/datasets/:id", page: latePart(async () => await import("../datasets/dataset-page")) },
  {
    path: "/training",
    page: latePart(async () => await import("../training/training-page")),
    navigation: texts.navigation.training,
  },
  { path: "/training/new", page: latePart(async () => await import("../training/new-training-page")) },
  { path: "/training/compare", page: latePart(async () => await import("../training/compare-page")) },
  { path: "/training/:id", page: latePart(async () => await import("../training/training-job-page")) },
  {
    path: "/learn",
    page: latePart(async () => await import("../learn/learn-page")),
    navigation: texts.navigation.learn,
  },
  { path: "/learn/:capsule", page: latePart(async () => await import("../learn/capsule-page")) },
  { path: "/account", page: latePart(async () => await import("../account/account-page")) },
  { path: "/shared/:token", page: latePart(async () => await import("../shared/shared-page")) },
  {
    path: "/about",
    page: latePart(async () => await import("../about/about-page")),
    navigation: texts.navigation.about,
  },
];

export const homePath = pageRoutes.find(({ navigation }) => navigation !== undefined)?.path ?? "/about";
