import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { environmentPython } from "../../../tools/python/environments";

/** An interpreter that has MiniStack and uvicorn. */
export function cloudPython(): string {
  const made = environmentPython("cloud");
  if (existsSync(made)) return made;
  const named = process.env["OPENCOMPOSER_CLOUD_PYTHON"];
  if (named !== undefined) return named;
  throw new Error(`${made} is missing: run the pretest step, or name an interpreter in OPENCOMPOSER_CLOUD_PYTHON.`);
}

/** An interpreter that has boto3: the tools of the `training` environment, or the system's own while that is being made. */
export function boto3Python(): string {
  const found = [environmentPython("training"), "python3"].find(
    (python) => spawnSync(python, ["-c", "import boto3"], { stdio: "ignore" }).status === 0,
  );
  if (found === undefined) throw new Error("No Python with boto3: run the pretest step.");
  return found;
}
