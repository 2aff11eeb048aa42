import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { hashOfAssembly, hashOfSources } from "../../../local/cloud/assembly";
import { type Deployment, planDeployment, readDeployment, writeDeployment } from "../../../local/cloud/deployment";
import { localPaths } from "../../../local/paths";

const deployment: Deployment = {
  schemaVersion: 1,
  templates: "t1",
  stateful: "s1",
  saved: true,
  ports: { cloud: 1, sageMaker: 2, gateway: 3 },
  outputs: {
    ApiId: "a",
    UserPoolId: "p",
    UserPoolClientId: "c",
    TableName: "t",
    ArtefactsBucketName: "b",
    WorkBucketName: "w",
    StateMachineArn: "m",
    CompositionQueueUrl: "q",
    TrainingRoleArn: "r",
    SweepFunctionName: "s",
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

describe("what a start does with the cloud of the last one", () => {
  it.each([
    ["keeps it while the templates are unchanged", {}, "keep"],
    ["updates it when only code changed", { assembly: { ...same, templates: "t2" } }, "update"],
    [
      "updates it when the last one was killed after a deploy",
      { deployment: { ...deployment, saved: false } },
      "update",
    ],
    ["begins anew when a resource that holds data changed", { assembly: { templates: "t2", stateful: "s2" } }, "fresh"],
    ["begins anew when nothing was ever saved", { hasState: false }, "fresh"],
    ["begins anew when nothing was deployed", { deployment: undefined }, "fresh"],
    ["begins anew when asked", { freshAsked: true }, "fresh"],
  ] as const)("%s", (_name, change, kind) => {
    expect(planDeployment({ deployment, assembly: same, hasState: true, freshAsked: false, ...change }).kind).toBe(
      kind,
    );
  });

  it("reads back the record that it wrote, and takes a damaged one for none", () => {
    const paths = localPaths({ OPENCOMPOSER_LOCAL_DIR: folder });
    expect(readDeployment(paths)).toBeUndefined();
    writeDeployment(paths, deployment);
    expect(readDeployment(paths)).toEqual(deployment);
    writeFileSync(paths.deployment, '{"schemaVersion": 1, "templates":');
    expect(readDeployment(paths)).toBeUndefined();
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
