/** What `npm run token` prints for the local cloud, and what it says of a stage on AWS, which takes no password from a program. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../../tools/processes/free-port";
import { takeProcessLock } from "../../../tools/processes/process-lock";
import { startListeningServer } from "../../support/listening-server";
import { type ProgramResult, runCommand } from "../../support/run-program";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "opencomposer-token-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const token = async (given: readonly string[]): Promise<ProgramResult> =>
  await runCommand("token", given, { environment: { ...process.env, OPENCOMPOSER_LOCAL_DIR: folder } });

test.each(["dev", "prod"])("for %s it names the command that signs in on the page", async (stage) => {
  const { status, out, error } = await token(["--stage", stage]);
  expect({ status, out }).toEqual({ status: 1, out: "" });
  expect(error).toContain(`npm run sign-in -- --stage ${stage}`);
});

const outputsOf = (awsEndpointUrl: string): string =>
  JSON.stringify({
    apiUrl: "http://127.0.0.1:1",
    consoleUrl: "http://127.0.0.1:1/?key=k",
    region: "eu-west-1",
    userPoolId: "p",
    userPoolClientId: "c",
    demoUser: { username: "demo", password: "x" },
    secondUser: { username: "second", password: "y" },
    awsEndpointUrl,
    sagemakerEndpointUrl: "http://127.0.0.1:1",
    artifactsBucket: "a",
    workBucket: "w",
    tableName: "t",
    stateMachineArn: "arn:m",
    pids: {},
  });

test("it says in a sentence that a cloud that was killed does not respond", async () => {
  const url = `http://127.0.0.1:${await freePort()}`;
  writeFileSync(join(folder, "outputs.json"), outputsOf(url));
  const { status, out, error } = await token([]);
  expect({ status, out, error }).toEqual({
    status: 1,
    out: "",
    error: `No local cloud responds at ${url}; npm start begins one.\n`,
  });
});

test.each([
  ["is cut off", '{"apiUrl": "http://127', /it is not JSON, so it was cut off or changed\./],
  ["is empty", "", /it is not JSON/],
  ["lacks a value", JSON.stringify({ apiUrl: "http://127.0.0.1:1" }), /region: .*; userPoolId: /],
  ["has a value of another kind", outputsOf("nowhere"), /: awsEndpointUrl: /],
  ["holds a list", "[]", /all of it: /],
])("it names the file and what to do where it %s", async (_, content, reason) => {
  const file = join(folder, "outputs.json");
  writeFileSync(file, content);
  const { status, out, error } = await token([]);
  expect({ status, out }).toEqual({ status: 1, out: "" });
  expect(error.startsWith(`${file} does not hold the addresses of a local cloud: `)).toBe(true);
  expect(error).toMatch(reason);
  expect(error).toContain("then: npm start");
});

test("it passes on what Cognito itself refuses", async () => {
  const cognito = await startListeningServer((request, response) => {
    request.resume();
    const headers = { "content-type": "application/x-amz-json-1.1" };
    const body = { __type: "NotAuthorizedException", message: "Incorrect username or password." };
    response.writeHead(400, headers).end(JSON.stringify(body));
  });
  try {
    writeFileSync(join(folder, "outputs.json"), outputsOf(cognito.url));
    const { status, error } = await token([]);
    expect(status).toBe(1);
    expect(error).toContain("Incorrect username or password.");
  } finally {
    await cognito.stop();
  }
});

test("an option that it does not have is named with those that it has", async () => {
  expect(await token(["--stag", "dev"])).toEqual({
    status: 2,
    out: "",
    error: "The option --stag is not known; the options are --stage, --user; npm run token -- --help explains them.\n",
  });
});

test("it says that the start is still building the cloud, where one runs", async () => {
  rmSync(join(folder, "outputs.json"), { force: true });
  const release = takeProcessLock({ file: join(folder, "running.json"), whyRefused: () => "taken" });
  const { status, error } = await token([]).finally(release);
  expect(status).toBe(1);
  expect(error).toContain(`(process ${process.pid}) is still building it`);
});

test.each([
  ["no local cloud is up", [], /No local cloud is up: .*npm start/],
  ["the stage is unknown", ["--stage", "staging"], /--stage must be one of local, dev, prod, not staging\./],
  ["the user is unknown", ["--user", "bach"], /--user must be demo or second, not bach\./],
])("it says what to do where %s", async (_, options, message) => {
  rmSync(join(folder, "outputs.json"), { force: true });
  const { status, out, error } = await token(options);
  expect({ status, out }).toEqual({ status: 1, out: "" });
  expect(error).toMatch(message);
});
