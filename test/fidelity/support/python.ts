import { existsSync } from "node:fs";

import { environmentPython } from "../../../local/python/environments";

/** An interpreter that has MiniStack and uvicorn. */
export function cloudPython(): string {
  const made = environmentPython("cloud");
  if (existsSync(made)) return made;
  const named = process.env["OPENCOMPOSER_CLOUD_PYTHON"];
  if (named !== undefined) return named;
  throw new Error(`${made} is missing: run the pretest step, or name an interpreter in OPENCOMPOSER_CLOUD_PYTHON.`);
}

/** An interpreter that has boto3: the tools of the `training` environment, or the system's own where it has not been made. */
export function boto3Python(): string {
  const made = environmentPython("training");
  return existsSync(made) ? made : "python3";
}
