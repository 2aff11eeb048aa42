/** MiniStack alone (no stacks): what is kept of its state, however it ends. */
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  BatchWriteItemCommand,
  CreateTableCommand,
  DynamoDBClient,
  paginateScan,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { localCredentials, type MiniStack, startMiniStack } from "../../local/cloud/ministack";
import { findSnapshots, stateFolders } from "../../local/cloud/snapshots";
import { environmentPython, findPython, makeEnvironments } from "../../tools/python/environments";

const region = "eu-west-1";
const TableName = "rows";
/** The bytes of a composition's row. */
const row = "x".repeat(1_100);
let folder = "";
let running: MiniStack[] = [];
let clients: DynamoDBClient[] = [];

beforeAll(async () => {
  await makeEnvironments({ names: ["cloud"], python: findPython(), report: () => undefined });
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "opencomposer-snapshots-"));
  running = [];
  clients = [];
});
afterEach(async () => {
  for (const client of clients) client.destroy();
  await Promise.all(running.map((one) => one.stop()));
  rmSync(folder, { recursive: true, force: true });
});

const cloudFolder = (): string => join(folder, "cloud");
const start = async (python = environmentPython("cloud")): Promise<MiniStack> => {
  const cloud = await startMiniStack({ python, directory: cloudFolder(), region, persist: true });
  running.push(cloud);
  return cloud;
};
const tableOf = (cloud: MiniStack): DynamoDBClient => {
  const client = new DynamoDBClient({
    endpoint: cloud.endpointUrl,
    region,
    credentials: localCredentials,
    maxAttempts: 1,
  });
  clients.push(client);
  return client;
};
const createTable = async (client: DynamoDBClient): Promise<void> => {
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
    }),
  );
};
const put = async (client: DynamoDBClient, id: number): Promise<void> => {
  await client.send(new PutItemCommand({ TableName, Item: { pk: { S: String(id) }, data: { S: row } } }));
};
const putMany = async (client: DynamoDBClient, first: number, count: number): Promise<void> => {
  for (let from = first; from < first + count; from += 25) {
    const Items = Array.from({ length: Math.min(25, first + count - from) }, (_, index) => ({
      PutRequest: { Item: { pk: { S: String(from + index) }, data: { S: row } } },
    }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: Items } }));
  }
};
const count = async (client: DynamoDBClient): Promise<number> => {
  let total = 0;
  for await (const page of paginateScan({ client }, { TableName, Select: "COUNT" })) total += page.Count ?? 0;
  return total;
};
const newest = () => findSnapshots(stateFolders(cloudFolder()).snapshots).newest;
const kill = async (cloud: MiniStack): Promise<void> => {
  try {
    process.kill(cloud.pid, "SIGKILL");
  } catch {
    // Its stop was over before.
  }
  await cloud.exited;
};
/** The same numbers for the same seed, so that a failure can be repeated. */
const random = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
};

describe("the state of the local cloud", () => {
  it("survives a stop with 30,000 rows of a composition's size on a machine that is slow about it", async () => {
    const first = await start();
    const table = tableOf(first);
    await createTable(table);
    await first.snapshot({ started: true });
    await putMany(table, 0, 30_000);
    const stopped = first.stop();
    // As if other programs had the processor and the disk: longer than the five seconds that a stop once had.
    await sleep(200);
    process.kill(-first.pid, "SIGSTOP");
    await sleep(7_000);
    process.kill(-first.pid, "SIGCONT");
    expect(await stopped).toMatchObject({ code: 0, notKept: undefined });
    expect(newest()).toMatchObject({ reason: "stop", record: { started: true } });
    const second = await start();
    expect(await count(tableOf(second))).toBe(30_000);
  });

  it("is written again only when something has changed, and the two newest snapshots are kept", async () => {
    const cloud = await start();
    const table = tableOf(cloud);
    await createTable(table);
    const first = await cloud.snapshot({ n: 1 });
    await count(table);
    expect(await cloud.snapshot({ n: 1 })).toBe(first);
    await put(table, 1);
    const second = await cloud.snapshot({ n: 1 });
    expect(second).not.toBe(first);
    // A deployment that has changed is a change.
    const third = await cloud.snapshot({ n: 2 });
    expect(readdirSync(stateFolders(cloudFolder()).snapshots).sort()).toEqual([second, third]);
    expect(newest()).toMatchObject({ name: third, reason: "running", record: { n: 2 } });
    await cloud.stop();
    expect(newest()).toMatchObject({ reason: "stop", record: { n: 2 } });
  });

  it("is not touched by a start that fails half-way, before it has asked for a snapshot", async () => {
    const first = await start();
    await createTable(tableOf(first));
    await put(tableOf(first), 1);
    await first.snapshot({ n: 1 });
    await first.stop();
    const good = newest();
    const second = await start();
    await put(tableOf(second), 2);
    await second.stop();
    expect(newest()).toEqual(good);
    expect(await count(tableOf(await start()))).toBe(1);
  });

  it.each([1, 2, 3, 4, 5, 6])(
    "is one moment's after kill -9 at a random time, of the run or of the stop (seed %i)",
    async (seed) => {
      const next = random(seed);
      let kept = 0;
      let written = 0;
      for (let life = 0; life < 3; life += 1) {
        const cloud = await start();
        const table = tableOf(cloud);
        if (life === 0) await createTable(table);
        else {
          const found = await count(table);
          // Nothing that a finished snapshot held is missing, and nothing is there that was never written.
          expect(found).toBeGreaterThanOrEqual(kept);
          expect(found).toBeLessThanOrEqual(written);
          written = found;
        }
        await cloud.snapshot({ life });
        kept = written;
        let isAlive = true;
        const write = async (): Promise<void> => {
          while (isAlive) {
            const began = written;
            written += 25;
            await putMany(table, began, 25);
          }
        };
        const snapshots = async (): Promise<void> => {
          while (isAlive) {
            const before = written - 25;
            await cloud.snapshot({ life });
            kept = Math.max(kept, before);
          }
        };
        const work = Promise.allSettled([write(), snapshots()]);
        await sleep(next() * 3_000);
        if (next() < 0.5) {
          void cloud.stop();
          await sleep(next() * 1_500);
        }
        await kill(cloud);
        isAlive = false;
        await work;
      }
      expect(await count(tableOf(await start()))).toBeGreaterThanOrEqual(kept);
    },
    180_000,
  );

  it("keeps the old snapshot on a full disk, and says that the new one is missing", async () => {
    const isMounted = mountSmallDisk(cloudFolder());
    // Where a disk cannot be mounted, a limit to the size of each file does what a full disk does.
    const python = isMounted ? environmentPython("cloud") : limitedPython(join(folder, "limited-python"));
    try {
      const cloud = await start(python);
      const table = tableOf(cloud);
      await createTable(table);
      await putMany(table, 0, 100);
      await cloud.snapshot({ n: 1 });
      const good = newest();
      await putMany(table, 100, 9_000);
      await expect(cloud.snapshot({ n: 1 })).rejects.toThrow(/the disk is full/);
      expect(newest()).toEqual(good);
      // It goes on serving.
      expect(await count(table)).toBe(9_100);
      expect((await cloud.stop()).notKept).toMatch(/the disk is full/);
      expect(newest()).toEqual(good);
      expect(await count(tableOf(await start(python)))).toBe(100);
    } finally {
      await Promise.all(running.splice(0).map((one) => one.stop()));
      if (isMounted) execFileSync("umount", [cloudFolder()]);
    }
  });

  it("and all else in its folder is for its owner only", async () => {
    mkdirSync(cloudFolder());
    chmodSync(cloudFolder(), 0o755);
    const cloud = await start();
    await createTable(tableOf(cloud));
    await fetch(cloud.endpointUrl, {
      method: "POST",
      headers: {
        "x-amz-target": "AWSCognitoIdentityProviderService.CreateUserPool",
        "content-type": "application/x-amz-json-1.1",
      },
      body: JSON.stringify({ PoolName: "pool" }),
    });
    await cloud.snapshot({ n: 1 });
    await cloud.stop();
    const open: string[] = [];
    const visit = (path: string): void => {
      const facts = statSync(path);
      if ((facts.mode & 0o077) !== 0) open.push(`${path} ${(facts.mode & 0o777).toString(8)}`);
      if (facts.isDirectory()) for (const name of readdirSync(path)) visit(join(path, name));
    };
    visit(cloudFolder());
    // The log was opened by this process, whose umask is not that of `npm start`.
    expect(open.filter((line) => !line.includes("ministack.log"))).toEqual([]);
    expect(existsSync(join(cloudFolder(), "state", "cognito-rsa-key.pem"))).toBe(true);
  });
});

function mountSmallDisk(path: string): boolean {
  mkdirSync(path, { recursive: true });
  return spawnSync("mount", ["-t", "tmpfs", "-o", "size=8m", "tmpfs", path]).status === 0;
}

/** @returns an interpreter none of whose files may be larger than 4 MiB */
function limitedPython(path: string): string {
  writeFileSync(path, `#!/bin/sh\nulimit -f 8192\nexec "${environmentPython("cloud")}" "$@"\n`, { mode: 0o700 });
  return path;
}
