/** Runs a container by runc: with the image's files, variables and entry point, and with no network but its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import type { BuiltImage } from "./image-builder";
import { outputOf } from "./programs";

export interface ContainerRunParams {
  /** A folder for the container's bundle, state and log. */
  readonly folder: string;
  readonly name: string;
  readonly image: BuiltImage;
  /** What the platform gives in place of the image's CMD. */
  readonly command: "train" | "serve";
  readonly variables: Readonly<Record<string, string>>;
  /** The user and group. 0 is root, with no capability that a container does not need to own its files. */
  readonly uid: number;
  /** The folder that becomes /opt/ml. */
  readonly opt: { readonly folder: string; readonly writable: boolean };
  readonly memoryMegabytes: number;
}

export interface Response {
  readonly status: number;
  readonly body: string;
}

const stateSchema = z.looseObject({ status: z.string(), pid: z.int() });

/** A container that runs. Its root is read-only: it can write to /tmp, and to /opt/ml where that is writable. */
export class ContainerRun {
  /** Resolves with the exit status. */
  readonly exited: Promise<number>;
  readonly logFile: string;
  private readonly id: string;
  private readonly stateFolder: string;
  private readonly child: ChildProcess;
  private hasEnded = false;

  constructor(params: ContainerRunParams) {
    const bundle = join(params.folder, params.name);
    this.id = `opencomposer-${process.pid}-${params.name}`;
    this.stateFolder = join(params.folder, "runc");
    this.logFile = join(params.folder, `${params.name}.log`);
    mkdirSync(bundle, { recursive: true });
    mkdirSync(this.stateFolder, { recursive: true });
    writeFileSync(join(bundle, "config.json"), JSON.stringify(runtimeConfig(params)));
    const log = openSync(this.logFile, "w");
    this.child = spawn("runc", ["--root", this.stateFolder, "run", "--bundle", bundle, this.id], {
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    this.exited = new Promise((resolve, reject) => {
      this.child.once("error", reject);
      this.child.once("close", (code) => {
        this.hasEnded = true;
        resolve(code ?? 128);
      });
    });
  }

  log(): string {
    return readFileSync(this.logFile, "utf8");
  }

  signal(name: "SIGTERM" | "SIGKILL"): void {
    outputOf("runc", ["--root", this.stateFolder, "kill", this.id, name]);
  }

  /** Sends a request to the container's own port 8080, inside of its network. Status 0 means that nothing listens. */
  request(path: string, body?: string): Response {
    const { pid } = stateSchema.parse(JSON.parse(outputOf("runc", ["--root", this.stateFolder, "state", this.id])));
    const inNetwork = ["--target", String(pid), "--net", "curl", "--silent", "--max-time", "60"];
    const post = body === undefined ? [] : ["--header", "Content-Type: application/json", "--data-binary", body];
    const written = ["--write-out", "\\n%{http_code}", `http://127.0.0.1:8080${path}`];
    try {
      const output = outputOf("nsenter", [...inNetwork, ...post, ...written]);
      const end = output.lastIndexOf("\n");
      return { status: Number(output.slice(end + 1)), body: output.slice(0, end) };
    } catch (error) {
      // curl says 7 while nothing listens, and 52 if the server closes the connection as it starts or ends.
      if (error instanceof Error && / ended with (?:7|52):/.test(error.message)) return { status: 0, body: "" };
      throw error;
    }
  }

  /**
   * Waits until `isTrue` returns true.
   *
   * @throws Error with the container's log if it ends before, or after ten minutes
   */
  async until(what: string, isTrue: () => boolean): Promise<void> {
    const deadline = Date.now() + 600_000;
    while (!isTrue()) {
      if (this.hasEnded) throw new Error(`The container ended before ${what}: ${this.log().slice(-2_000)}`);
      if (Date.now() > deadline) throw new Error(`Ten minutes went by before ${what}: ${this.log().slice(-2_000)}`);
      await sleep(100);
    }
  }

  /** Ends the container at once if it still runs, and removes what runc keeps of it. */
  async remove(): Promise<void> {
    // While a container is being made, runc knows nothing of it yet, so it is asked until the end has come.
    do {
      outputOf("runc", ["--root", this.stateFolder, "delete", "--force", this.id]);
      await sleep(this.hasEnded ? 0 : 200);
    } while (!this.hasEnded);
  }
}

/** Returns the container in the terms of the OCI runtime specification. */
function runtimeConfig({ image, command, variables, uid, opt, memoryMegabytes }: ContainerRunParams): unknown {
  const { config, root } = image;
  const none = { bounding: [], effective: [], permitted: [], inheritable: [], ambient: [] };
  return {
    ociVersion: "1.0.2",
    process: {
      terminal: false,
      user: { uid, gid: uid },
      args: [...config.Entrypoint, command],
      env: [...config.Env, ...Object.entries(variables).map(([name, value]) => `${name}=${value}`)],
      cwd: config.WorkingDir,
      noNewPrivileges: true,
      capabilities: none,
    },
    root: { path: root, readonly: true },
    hostname: "algo-1",
    mounts: [
      { destination: "/proc", type: "proc", source: "proc" },
      {
        destination: "/dev",
        type: "tmpfs",
        source: "tmpfs",
        options: ["nosuid", "strictatime", "mode=755", "size=65536k"],
      },
      { destination: "/tmp", type: "tmpfs", source: "tmpfs", options: ["nosuid", "nodev", "mode=1777"] },
      { destination: "/opt/ml", type: "bind", source: opt.folder, options: ["rbind", opt.writable ? "rw" : "ro"] },
    ],
    linux: {
      resources: { memory: { limit: memoryMegabytes * 1024 * 1024 } },
      // A network namespace of its own has a loopback device and no way out.
      namespaces: ["pid", "network", "ipc", "uts", "mount"].map((type) => ({ type })),
    },
  };
}
