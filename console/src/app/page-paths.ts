/**
 * The paths of all pages, as patterns of wouter: `:id` stands for one part. They stand apart from the pages, so that the
 * tests, which look at every page, know them without loading one.
 */
import { consolePaths } from "../../../naming/console-paths";

export const pagePaths = [
  consolePaths.signedIn,
  "/studio",
  "/studio/:compositionId",
  "/compositions",
  "/melodies",
  "/models",
  "/models/:id",
  "/datasets",
  "/datasets/new",
  "/datasets/:id",
  "/training",
  "/training/new",
  "/training/compare",
  "/training/:id",
  "/learn",
  "/learn/:capsule",
  "/account",
  "/shared/:token",
  "/about",
] as const;
export type PagePath = (typeof pagePaths)[number];
