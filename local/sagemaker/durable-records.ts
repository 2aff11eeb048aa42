import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { sync as writeFileAtomically } from "write-file-atomic";
import type * as z from "zod";

/**
 * Named records that outlive the server. Each is a JSON file that is replaced as a whole, so that a crash leaves either
 * the old or the new state. Writing is synchronous: a change that was responded to is on disk.
 */
export class DurableRecords<T extends z.ZodType> {
  private readonly directory: string;
  private readonly schema: T;
  private readonly records = new Map<string, z.output<T>>();

  /**
   * Reads the records that are stored in a folder.
   * @param params.directory is created if it is missing. File names are the records' names, which the service model
   *   limits to letters, digits and hyphens
   * @throws Error naming the file when a stored record does not fit the schema
   */
  constructor(params: { readonly directory: string; readonly schema: T }) {
    this.directory = params.directory;
    this.schema = params.schema;
    mkdirSync(this.directory, { recursive: true });
    for (const file of readdirSync(this.directory)) {
      const path = join(this.directory, file);
      // A killed server may have left a file that it had not renamed yet: write-file-atomic adds a number to the name.
      if (/\.json\.\d+$/.test(file)) rmSync(path, { force: true });
      if (!file.endsWith(".json")) continue;
      this.records.set(file.slice(0, -".json".length), this.read(path));
    }
  }

  get(name: string): z.output<T> | undefined {
    return this.records.get(name);
  }

  list(): z.output<T>[] {
    return [...this.records.values()];
  }

  put(name: string, record: z.output<T>): void {
    writeFileAtomically(this.path(name), JSON.stringify(record, null, 1));
    this.records.set(name, record);
  }

  remove(name: string): void {
    rmSync(this.path(name), { force: true });
    this.records.delete(name);
  }

  private path(name: string): string {
    if (!/^[A-Za-z0-9-]{1,64}$/.test(name)) throw new Error(`'${name}' cannot name a record`);
    return join(this.directory, `${name}.json`);
  }

  private read(path: string): z.output<T> {
    try {
      const stored: unknown = JSON.parse(readFileSync(path, "utf8"));
      return this.schema.parse(stored);
    } catch (error) {
      throw new Error(`${path} is not a record of this server. Move it away to start without it.`, { cause: error });
    }
  }
}
