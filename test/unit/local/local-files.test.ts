import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { takeInstanceLock } from "../../../local/instance-lock";
import { type Outputs, removeOutputs, writeOutputs } from "../../../local/outputs";
import { localPaths, makeRoot } from "../../../local/paths";
import { freePort, isPortFree } from "../../../tools/processes/free-port";
import { processStartTime } from "../../../tools/processes/process-identity";
import { takeProcessLock } from "../../../tools/processes/process-lock";
import { repository } from "../../../tools/repository";
import { until } from "../../e2e/until";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "opencomposer-local-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const outputs: Outputs = {
  apiUrl: "http://127.0.0.1:1",
  consoleUrl: "http://127.0.0.1:5001/?key=k",
  region: "eu-west-1",
  userPoolId: "p",
  userPoolClientId: "c",
  demoUser: { username: "demo", password: "x" },
  secondUser: { username: "second", password: "y" },
  awsEndpointUrl: "http://127.0.0.1:2",
  sagemakerEndpointUrl: "http://127.0.0.1:3",
  artifactsBucket: "a",
  workBucket: "w",
  tableName: "t",
  stateMachineArn: "arn:m",
  pids: { start: 1 },
};

describe("outputs.json", () => {
  it("appears whole, for its owner only, leaves nothing beside it and goes away again", () => {
    const file = join(folder, "outputs.json");
    writeOutputs(file, outputs);
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(outputs);
    expect(statSync(file).mode & 0o077).toBe(0);
    expect(readdirSync(folder)).toEqual(["outputs.json"]);
    removeOutputs(file);
    expect(existsSync(file)).toBe(false);
    removeOutputs(file);
  });

  it("is never written with a hole in it", () => {
    const file = join(folder, "outputs.json");
    expect(() => {
      writeOutputs(file, { ...outputs, tableName: "" });
    }).toThrow(/tableName/);
    expect(existsSync(file)).toBe(false);
  });
});

describe("the lock of a local cloud's folder", () => {
  it("is refused while its holder lives, with a message that says what to do", () => {
    const file = join(folder, "running.json");
    // The parent of this process lives for as long as this test does.
    writeFileSync(file, JSON.stringify({ pid: process.ppid, startedAt: "2026-01-01T00:00:00Z" }));
    expect(() => takeInstanceLock(file)).toThrow(new RegExp(`process ${process.ppid}[^]*OPENCOMPOSER_LOCAL_DIR`));
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ pid: process.ppid });
  });

  it("is taken over from a process that died with it, and given back", () => {
    const dead = spawnSync(process.execPath, ["-e", ""]).pid;
    const file = join(folder, "running.json");
    writeFileSync(file, JSON.stringify({ pid: dead, startedAt: "2026-01-01T00:00:00Z" }));
    const release = takeInstanceLock(file);
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ pid: process.pid });
    release();
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("the lock of a process", () => {
  const whyRefused = ({ pid }: { readonly pid: number }): string => `process ${pid} has it`;

  it("is refused to the very process that has it, and free again when it was given back", () => {
    const file = join(folder, "deeper", "lock");
    const release = takeProcessLock({ file, whyRefused });
    expect(() => takeProcessLock({ file, whyRefused })).toThrow(`process ${process.pid} has it`);
    release();
    takeProcessLock({ file, whyRefused })();
    expect(readdirSync(join(folder, "deeper"))).toEqual([]);
  });

  it("of a killed process is taken over at once, also while its pid belongs to another process or to a zombie", async () => {
    const file = join(folder, "lock");
    const startedAt = "2026-01-01T00:00:00Z";
    // The parent of this process lives, but it was started at another time than this lock's holder.
    writeFileSync(file, JSON.stringify({ pid: process.ppid, startedAt, processStart: "1" }));
    takeProcessLock({ file, whyRefused })();
    if (process.platform !== "linux") return;
    // The shell becomes a program that never asks how its child ended. The child lives until its input ends, because a
    // shell that is still a shell would take note of its end.
    const parent = spawn("sh", ["-c", "exec 3<&0; cat <&3 >/dev/null & echo $!; exec sleep 600"], {
      stdio: ["pipe", "pipe", "ignore"],
    });
    try {
      const [printed] = z.tuple([z.instanceof(Buffer)]).parse(await once(parent.stdout, "data"));
      const pid = Number(printed.toString());
      await until("the shell has become sleep", 60, () =>
        readFileSync(`/proc/${String(parent.pid)}/comm`, "utf8").startsWith("sleep"),
      );
      parent.stdin.end();
      await until("the child is a zombie", 60, () => readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z "));
      const processStart = processStartTime(pid);
      expect(processStart).toBeDefined();
      writeFileSync(file, JSON.stringify({ pid, startedAt, processStart }));
      takeProcessLock({ file, whyRefused })();
    } finally {
      parent.kill("SIGKILL");
    }
  });

  it.each(["", "{", "[]", '{"pid":0,"startedAt":""}'])("that nobody can read is taken over: %j", (content) => {
    const file = join(folder, "lock");
    writeFileSync(file, content);
    takeProcessLock({ file, whyRefused })();
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("free ports", () => {
  it("keeps a preferred port while it is free and finds another when it is not", async () => {
    const port = await freePort();
    expect(await freePort(port)).toBe(port);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    try {
      expect(await isPortFree(port)).toBe(false);
      expect(await freePort(port)).not.toBe(port);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
    expect(await isPortFree(port)).toBe(true);
  });
});

describe("paths", () => {
  it("puts everything under the folder that is asked for, else under .local", () => {
    const { root, ...inside } = localPaths({ OPENCOMPOSER_LOCAL_DIR: folder });
    expect(root).toBe(folder);
    const outside = Object.values<string>(inside).filter((path) => !path.startsWith(join(folder, "/")));
    expect(outside).toEqual([]);
    expect(localPaths({}).root).toBe(join(repository, ".local"));
  });
});

test("the folder of a local cloud is made, with those above it, and one that is there is kept", () => {
  const root = join(folder, "a/b");
  makeRoot({ root });
  writeFileSync(join(root, "kept"), "");
  makeRoot({ root });
  expect(readdirSync(root)).toEqual(["kept"]);
});

test.each([
  ["is a file", "file", "which is a file."],
  ["lies below a file", "file/below", "and a part of this path is a file."],
])("npm start says which variable chooses the folder where it %s, and leaves the file as it is", (_, path, reason) => {
  writeFileSync(join(folder, "file"), "mine");
  const root = join(folder, path);
  const start = ["--no-warnings", "--import", "tsx", join(repository, "local/start.ts")];
  const environment = { ...process.env, OPENCOMPOSER_LOCAL_DIR: root };
  const { status, stderr } = spawnSync(process.execPath, start, { env: environment, encoding: "utf8" });
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr:
      `The folder of the local cloud is ${root}, ${reason} It must be a folder, or a path at which one can be made. ` +
      "OPENCOMPOSER_LOCAL_DIR chooses it; without this variable it is .local in the repository.\n",
  });
  expect(readFileSync(join(folder, "file"), "utf8")).toBe("mine");
});
