import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashOfAssembly, hashOfSources } from "../../../local/cloud/assembly";
import {
  type Deployment,
  describePlan,
  type KeptCloud,
  planDeployment,
  readKeptCloud,
} from "../../../local/cloud/deployment";
import { adoptEarlierState } from "../../../local/cloud/earlier-state";
import { localPaths } from "../../../local/paths";

const deployment: Deployment = {
  schemaVersion: 2,
  templates: "t1",
  stateful: "s1",
  ports: { cloud: 1, sageMaker: 2, gateway: 3 },
  outputs: {
    ApiId: "a",
    UserPoolId: "p",
    UserPoolClientId: "c",
    TableName: "t",
    ArtifactsBucketName: "b",
    WorkBucketName: "w",
    StateMachineArn: "m",
    CompositionQueueUrl: "q",
    TrainingRoleArn: "r",
    ReconcileFunctionName: "s",
  },
  demoUser: { username: "demo", password: "x" },
  secondUser: { username: "second", password: "y" },
};
const same = { templates: "t1", stateful: "s1" };

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "opencomposer-deployment-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const takenAt = new Date(2026, 10, 28, 9, 5);
const kept: KeptCloud = { deployment, takenAt, isComplete: true };

describe("what a start does with the cloud of the last one", () => {
  it.each([
    [
      "keeps it while the templates are unchanged",
      {},
      "keep",
      "going on with the cloud of the last start, as of 09:05",
    ],
    [
      "updates it when only code changed",
      { assembly: { ...same, templates: "t2" } },
      "update",
      "going on with the cloud of the last start, as of 09:05 (the stacks changed: updating them)",
    ],
    [
      "says what is lost when the last stop was cut off",
      { kept: { ...kept, isComplete: false } },
      "keep",
      "the last stop was cut off: going on with the snapshot of 09:05; what came after it is lost",
    ],
    [
      "begins anew when a resource that holds data changed",
      { assembly: { templates: "t2", stateful: "s2" } },
      "fresh",
      expect.stringMatching(/^a fresh cloud: the table.*dropped$/),
    ],
    ["begins anew when nothing was kept", { kept: undefined }, "fresh", "nothing was kept: a fresh cloud"],
    ["begins anew when asked", { freshAsked: true }, "fresh", "a fresh cloud, as asked (--fresh)"],
  ] as const)("%s", (_name, change, kind, sentence) => {
    const plan = planDeployment({ kept, assembly: same, freshAsked: false, ...change });
    expect(plan.kind).toBe(kind);
    expect(describePlan(plan, new Date(2026, 10, 28, 23, 59))).toEqual(sentence);
  });

  it("names the day of work that is older than today", () => {
    const plan = planDeployment({ kept, assembly: same, freshAsked: false });
    expect(describePlan(plan, new Date(2026, 10, 29, 0, 1))).toMatch(/as of 2026-11-28 09:05$/);
  });
});

describe("what an earlier start has left", () => {
  const paths = () => localPaths({ OPENCOMPOSER_LOCAL_DIR: folder });
  const write = (name: string, change: object = {}, bytes = 3): void => {
    const snapshot = join(paths().cloud, "snapshots", name);
    mkdirSync(join(snapshot, "state"), { recursive: true });
    writeFileSync(join(snapshot, "state", "dynamodb.json"), "x".repeat(bytes));
    const manifest = {
      schemaVersion: 1,
      takenAt: takenAt.toISOString(),
      reason: "stop",
      record: deployment,
      files: { "dynamodb.json": 3 },
      ...change,
    };
    writeFileSync(join(snapshot, "manifest.json"), JSON.stringify(manifest));
  };

  it("is nothing where no snapshot was ever whole", () => {
    expect(readKeptCloud(paths())).toBeUndefined();
    write("000001.partial");
    expect(readKeptCloud(paths())).toBeUndefined();
  });

  it("is the newest snapshot with its deployment", () => {
    write("000009", { record: { ...deployment, templates: "older" } });
    write("000010");
    expect(readKeptCloud(paths())).toEqual(kept);
  });

  it("is not complete where the newest was taken while the cloud ran, or is damaged", () => {
    write("000001");
    write("000002", { reason: "running" });
    expect(readKeptCloud(paths())?.isComplete).toBe(false);
    write("000002", {}, 2);
    expect(readKeptCloud(paths())).toEqual({ ...kept, isComplete: false });
  });

  it.each([
    ["saved", true, "t1", true],
    ["killed after a deploy", false, "", false],
  ])("includes what version 0.2 had %s, once", (_how, saved, templates, isComplete) => {
    const { cloud, root } = paths();
    mkdirSync(join(cloud, "state", "lambda-blobs"), { recursive: true });
    writeFileSync(join(cloud, "state", "cloudformation.json"), "{}");
    writeFileSync(join(cloud, "state", "lambda-blobs", "a.zip"), "zip");
    writeFileSync(join(root, "deployment.json"), JSON.stringify({ ...deployment, schemaVersion: 1, saved }));
    adoptEarlierState(paths());
    expect(readKeptCloud(paths())).toMatchObject({ deployment: { ...deployment, templates }, isComplete });
    const adopted = readdirSync(join(cloud, "snapshots"));
    adoptEarlierState(paths());
    expect(readdirSync(join(cloud, "snapshots"))).toEqual(adopted);
    expect(readFileSync(join(cloud, "snapshots", "000001", "state", "lambda-blobs", "a.zip"), "utf8")).toBe("zip");
  });

  it.each([
    ["its files are cut off", {}, 2, /state\/dynamodb\.json has 2 bytes, not 3/],
    ["another version wrote the manifest", { schemaVersion: 9 }, 3, /schemaVersion/],
    ["another version wrote the record", { record: { schemaVersion: 9 } }, 3, /another version/],
  ])("is never thrown away without being asked: %s", (_name, change, bytes, reason) => {
    write("000001", change, bytes);
    expect(() => readKeptCloud(paths())).toThrow(reason);
    expect(() => readKeptCloud(paths())).toThrow(/--fresh/);
  });
});

describe("digests of what is deployed", () => {
  const write = (resources: object): void => {
    writeFileSync(join(folder, "A.template.json"), JSON.stringify({ Resources: resources }));
  };

  it("tell a change of code from a change of what holds data", () => {
    const table = { Type: "AWS::DynamoDB::GlobalTable", Properties: { TableName: "t" } };
    const policy = { Type: "AWS::S3::BucketPolicy", Properties: {} };
    const code = (key: string): object => ({ Type: "AWS::Lambda::Function", Properties: { Code: { S3Key: key } } });
    write({ Table: table, Function: code("1"), Policy: policy });
    const first = hashOfAssembly(folder);
    write({ Function: code("2"), Table: table, Policy: { ...policy, Properties: { changed: true } } });
    const otherCode = hashOfAssembly(folder);
    expect(otherCode.templates).not.toBe(first.templates);
    expect(otherCode.stateful).toBe(first.stateful);
    write({ Function: code("2"), Table: { ...table, Properties: { TableName: "u" } }, Policy: policy });
    expect(hashOfAssembly(folder).stateful).not.toBe(first.stateful);
  });

  it("change with the content, the name and the presence of a source, not with files beside the sources", () => {
    mkdirSync(join(folder, "lambdas", "api"), { recursive: true });
    writeFileSync(join(folder, "lambdas", "api", "a.ts"), "1");
    const first = hashOfSources(folder);
    writeFileSync(join(folder, "notes.txt"), "x");
    expect(hashOfSources(folder)).toBe(first);
    writeFileSync(join(folder, "lambdas", "api", "a.ts"), "2");
    const changed = hashOfSources(folder);
    expect(changed).not.toBe(first);
    writeFileSync(join(folder, "lambdas", "api", "b.ts"), "");
    expect(hashOfSources(folder)).not.toBe(changed);
  });
});
