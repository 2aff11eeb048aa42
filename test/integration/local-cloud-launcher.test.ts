import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { localCredentials, type MiniStack, startMiniStack } from "../../local/cloud/ministack";
import { isPortFree } from "../../tools/processes/free-port";
import { environmentPython, findPython, makeEnvironments } from "../../tools/python/environments";
import { repository } from "../../tools/repository";

const region = "eu-west-1";
let folder = "";
let running: MiniStack[] = [];

beforeAll(async () => {
  await makeEnvironments({ names: ["cloud"], python: findPython(), report: () => undefined });
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "opencomposer-cloud-"));
  running = [];
});
afterEach(async () => {
  await Promise.all(running.map((one) => one.stop()));
  rmSync(folder, { recursive: true, force: true });
});

const start = async (persist: boolean): Promise<MiniStack> => {
  const cloud = await startMiniStack({ python: environmentPython("cloud"), directory: folder, region, persist });
  running.push(cloud);
  return cloud;
};
const s3 = (cloud: MiniStack): S3Client =>
  new S3Client({ endpoint: cloud.endpointUrl, region, credentials: localCredentials, forcePathStyle: true });

/** Processes of a group: what stands in the fifth field of their stat, after the name in parentheses. */
const membersOf = (group: number): number[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
        const [state, , processGroup] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        return Number(processGroup) === group && state !== "Z";
      } catch {
        return false;
      }
    })
    .map(Number);
const until = async (what: string, done: () => boolean | Promise<boolean>): Promise<void> => {
  const deadline = Date.now() + 20_000;
  while (!(await done())) {
    if (Date.now() > deadline) throw new Error(`Not within 20 s: ${what}`);
    await sleep(50);
  }
};

describe("launcher of the local cloud", () => {
  it("starts a healthy cloud on 127.0.0.1 that inherits nothing of this process, and leaves none of it behind", async () => {
    process.env["OPENCOMPOSER_LEAK"] = "must not be seen";
    const cloud = await start(false);
    delete process.env["OPENCOMPOSER_LEAK"];
    expect(new URL(cloud.endpointUrl).hostname).toBe("127.0.0.1");
    const environment = readFileSync(`/proc/${cloud.pid}/environ`, "utf8");
    expect(environment).not.toContain("OPENCOMPOSER_LEAK");
    expect(environment).toContain("AWS_ACCESS_KEY_ID=test");
    await cloud.stop();
    expect(membersOf(cloud.pid)).toEqual([]);
    expect(await isPortFree(cloud.port)).toBe(true);
    expect(readdirSync(folder)).not.toContain("tmp");
  });

  it("keeps state over a clean stop where that is asked for", async () => {
    const first = await start(true);
    await s3(first).send(new CreateBucketCommand({ Bucket: "kept" }));
    await s3(first).send(new PutObjectCommand({ Bucket: "kept", Key: "a", Body: "music" }));
    await first.snapshot({});
    await first.stop();
    const second = await start(true);
    const found = await s3(second).send(new GetObjectCommand({ Bucket: "kept", Key: "a" }));
    expect(await found.Body?.transformToString()).toBe("music");
  });

  it("lets two clouds run side by side", async () => {
    const one = await start(false);
    const other = await startMiniStack({
      python: environmentPython("cloud"),
      directory: join(folder, "other"),
      region,
      persist: false,
      port: one.port,
    });
    running.push(other);
    expect(other.port).not.toBe(one.port);
    await s3(one).send(new CreateBucketCommand({ Bucket: "only-one" }));
    await expect(s3(other).send(new PutObjectCommand({ Bucket: "only-one", Key: "a", Body: "x" }))).rejects.toThrow(
      /bucket does not exist/i,
    );
  });

  it("says where the log is when the cloud does not come up, and leaves nothing running", async () => {
    const attempt = startMiniStack({ python: "/bin/false", directory: folder, region, persist: false });
    await expect(attempt).rejects.toThrow(/ended while it started[^]*ministack\.log/);
  });

  it("ends the cloud when its starter is killed with no chance to do so", async () => {
    const program = `
      const { startMiniStack } = require(${JSON.stringify(join(repository, "local/cloud/ministack.ts"))});
      void startMiniStack({ python: ${JSON.stringify(environmentPython("cloud"))}, directory: ${JSON.stringify(folder)},
        region: "eu-west-1", persist: false }).then((cloud) => { console.log(cloud.pid); setInterval(() => undefined, 1000); });`;
    const starter = spawn(process.execPath, ["--import", "tsx", "--eval", program], {
      cwd: repository,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const pid = await new Promise<number>((resolve, reject) => {
      starter.once("exit", () => {
        reject(new Error("the starter ended"));
      });
      starter.stdout.once("data", (text: Buffer) => {
        resolve(Number(text.toString()));
      });
    });
    expect(membersOf(pid)).not.toEqual([]);
    starter.kill("SIGKILL");
    await until("the cloud of a dead starter is gone", () => membersOf(pid).length === 0);
  });
});
