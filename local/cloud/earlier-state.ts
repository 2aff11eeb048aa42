import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as z from "zod";
import type { LocalPaths } from "../paths";
import { linkOrCopy, stateFolders } from "./snapshots";

/** The file in which versions up to 0.2 recorded what was deployed. */
const recordFile = "deployment.json";
const earlierRecordSchema = z.looseObject({ schemaVersion: z.literal(1), templates: z.string(), saved: z.boolean() });

/**
 * Makes the first snapshot from the state that a version up to 0.2 has left, so that updating OpenComposer loses
 * nobody's work. It does nothing where there is no such state, or where there are snapshots already.
 */
export function adoptEarlierState(paths: LocalPaths): void {
  const { state, snapshots } = stateFolders(paths.cloud);
  const record = join(paths.root, recordFile);
  const earlier = readEarlierRecord(record);
  if (earlier === undefined || statSync(snapshots, { throwIfNoEntry: false }) !== undefined) return;
  if (statSync(join(state, "cloudformation.json"), { throwIfNoEntry: false }) === undefined) return;
  const { saved, ...deployment } = earlier;
  const partial = join(snapshots, "000001.partial");
  const files: Record<string, number> = {};
  for (const name of readdirSync(state, { recursive: true, encoding: "utf8" })) {
    const facts = statSync(join(state, name));
    if (!facts.isFile() || /\.(?:tmp|lock)$/.test(name)) continue;
    const target = join(partial, "state", name);
    mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
    linkOrCopy(join(state, name), target);
    files[name] = facts.size;
  }
  const manifest = {
    schemaVersion: 1,
    takenAt: statSync(join(state, "cloudformation.json")).mtime.toISOString(),
    reason: saved ? "stop" : "running",
    // The state may be older than its last deploy. With an empty digest, the stacks are deployed again.
    record: { ...deployment, schemaVersion: 2, templates: saved ? deployment.templates : "" },
    files,
  };
  writeFileSync(join(partial, "manifest.json"), JSON.stringify(manifest), { mode: 0o600 });
  renameSync(partial, join(snapshots, "000001"));
  rmSync(record);
}

function readEarlierRecord(file: string): z.infer<typeof earlierRecordSchema> | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
  try {
    return earlierRecordSchema.parse(JSON.parse(text));
  } catch {
    // The version that wrote the record treated a damaged one as if there were none, and so does this one.
    return undefined;
  }
}
