import {
  cpSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from "node:fs";
import { dirname, join } from "node:path";
import * as z from "zod";

/**
 * The folders of a cloud's state. MiniStack reads and writes `state`; snapshots.py writes the snapshots, and its
 * docstring says what they are and why.
 */
export interface StateFolders {
  readonly state: string;
  readonly snapshots: string;
}

/** Returns the folders of the state of a cloud that lies in `cloudDirectory`. */
export function stateFolders(cloudDirectory: string): StateFolders {
  return { state: join(cloudDirectory, "state"), snapshots: join(cloudDirectory, "snapshots") };
}

const manifestSchema = z.object({
  schemaVersion: z.literal(1),
  takenAt: z.iso.datetime(),
  /**
   * `stop`: the snapshot was taken by a stop that was not cut off. `running`: everything that happened after it is
   * missing.
   */
  reason: z.enum(["running", "stop"]),
  /** The launcher's own data. */
  record: z.unknown(),
  files: z.record(z.string(), z.int().nonnegative()),
});

/** A copy of MiniStack's whole state at one moment. */
export interface Snapshot extends z.infer<typeof manifestSchema> {
  readonly name: string;
  readonly folder: string;
}

export interface FoundSnapshots {
  readonly newest: Snapshot | undefined;
  /** Newer snapshots that cannot be used, each with the reason. */
  readonly damaged: readonly string[];
}

/** Finds the newest snapshot whose files are all there in their full length. */
export function findSnapshots(snapshotsFolder: string): FoundSnapshots {
  const damaged: string[] = [];
  const names = existsSync(snapshotsFolder) ? readdirSync(snapshotsFolder).filter((name) => /^\d{6,}$/.test(name)) : [];
  for (const name of names.sort((one, other) => Number(other) - Number(one))) {
    const folder = join(snapshotsFolder, name);
    try {
      return { newest: readSnapshot(folder, name), damaged };
    } catch (error) {
      damaged.push(`${folder}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { newest: undefined, damaged };
}

function readSnapshot(folder: string, name: string): Snapshot {
  const parsed = manifestSchema.safeParse(JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")));
  if (!parsed.success) throw new Error(`its manifest.json is of another form: ${z.prettifyError(parsed.error)}`);
  for (const [file, bytes] of Object.entries(parsed.data.files)) {
    const found = statSync(join(folder, "state", file), { throwIfNoEntry: false })?.size;
    if (found !== bytes) throw new Error(`state/${file} has ${found ?? "no"} bytes, not ${bytes}`);
  }
  return { ...parsed.data, name, folder };
}

/**
 * Replaces the state folder's content by the snapshot's, or empties the folder. What was in it before may mix several
 * moments.
 */
export function restoreState(snapshot: Snapshot | undefined, stateFolder: string): void {
  rmSync(stateFolder, { recursive: true, force: true });
  mkdirSync(stateFolder, { recursive: true, mode: 0o700 });
  if (snapshot === undefined) return;
  for (const file of Object.keys(snapshot.files)) {
    const target = join(stateFolder, file);
    mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
    // A link is enough, because MiniStack never writes into an existing file: it renames a new one over it.
    linkOrCopy(join(snapshot.folder, "state", file), target);
  }
}

/**
 * Returns a value that changes whenever a file of the state, or of a snapshot that is being taken, has grown. Equal
 * values over a minute mean that nobody writes any more.
 */
export function writingProgress({ state, snapshots }: StateFolders): string {
  let size = 0;
  let changed = 0;
  const add = (path: string): void => {
    const facts = lstatSync(path, { throwIfNoEntry: false });
    if (facts === undefined) return;
    if (facts.isDirectory()) {
      for (const name of namesIn(path)) add(join(path, name));
      return;
    }
    size += facts.size;
    changed = Math.max(changed, facts.mtimeMs);
  };
  add(state);
  for (const name of namesIn(snapshots)) if (name.endsWith(".partial")) add(join(snapshots, name));
  return `${size} ${changed}`;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // The folder was renamed meanwhile, or never existed.
    return [];
  }
}

/** Gives a file a second name, or copies it on a file system without hard links. */
export function linkOrCopy(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch {
    cpSync(source, target);
  }
}
