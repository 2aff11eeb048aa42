/** A container registry of this machine (Debian's docker-registry), to see what a push leaves in a registry. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { freePort, loopback } from "../../tools/processes/free-port";
import { type ProcessGroup, startProcessGroup } from "../../tools/processes/process-group";
import { manifestMediaTypes, type StoredImage } from "./stored-image";

const manifestSchema = z.looseObject({
  mediaType: z.string().optional(),
  config: z.looseObject({ mediaType: z.string() }).optional(),
  layers: z.array(z.looseObject({ mediaType: z.string(), size: z.int() })).default([]),
});

export class LocalRegistry {
  readonly host: string;
  private readonly group: ProcessGroup;

  private constructor(host: string, group: ProcessGroup) {
    this.host = host;
    this.group = group;
  }

  static async start(folder: string): Promise<LocalRegistry> {
    const host = `${loopback}:${await freePort()}`;
    mkdirSync(folder, { recursive: true });
    const configuration = join(folder, "configuration.yml");
    // JSON is YAML.
    writeFileSync(
      configuration,
      JSON.stringify({
        version: "0.1",
        storage: { filesystem: { rootdirectory: join(folder, "data") } },
        http: { addr: host },
      }),
    );
    const group = await startProcessGroup({
      name: "docker-registry",
      command: "docker-registry",
      args: ["serve", configuration],
      environment: { PATH: process.env["PATH"] ?? "/usr/bin:/bin" },
      logFile: join(folder, "registry.log"),
    });
    const deadline = Date.now() + 60_000;
    for (;;) {
      const isUp = await fetch(`http://${host}/v2/`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (isUp) return new LocalRegistry(host, group);
      if (!group.isRunning() || Date.now() > deadline) throw new Error(`The registry did not start: ${group.logFile}`);
      await sleep(100);
    }
  }

  /** Returns what the registry has under a name and a tag or digest, asked as a client that knows every media type. */
  async stored(name: string, reference: string): Promise<StoredImage> {
    const response = await fetch(`http://${this.host}/v2/${name}/manifests/${reference}`, {
      headers: { Accept: manifestMediaTypes.join(", ") },
    });
    if (!response.ok) throw new Error(`The registry has no ${reference} of ${name}: ${response.status}`);
    const manifest = manifestSchema.parse(await response.json());
    return {
      mediaType: response.headers.get("content-type") ?? manifest.mediaType ?? "",
      configMediaType: manifest.config?.mediaType,
      layerMediaTypes: manifest.layers.map(({ mediaType }) => mediaType),
      compressedBytes: manifest.layers.reduce((sum, { size }) => sum + size, 0),
    };
  }

  async stop(): Promise<void> {
    await this.group.stop();
  }
}
