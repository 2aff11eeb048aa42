/** The commands of operators on a whole local cloud: a person signs in on its page, and what doctor says of it. */
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import * as z from "zod";
import { repository, type RunningCloud, startCloud } from "./running-cloud";
import { until } from "./until";

const stateSchema = z.object({ state: z.string() });

let cloud: RunningCloud;
beforeAll(async () => {
  cloud = await startCloud();
});
afterAll(async () => {
  await cloud.stop();
});

/** Runs `scripts/{command}.ts` as npm does, on this cloud. */
function start(command: string, options: readonly string[]) {
  const child = spawn(
    process.execPath,
    ["--no-warnings", "--import", "tsx", `scripts/${command}.ts`, "--stage", "local", ...options],
    {
      cwd: repository,
      env: { ...process.env, OPENCOMPOSER_LOCAL_DIR: cloud.directory },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return { child, out: text(child.stdout), said: () => said, ended };
}

/** Returns the address of the page that sign-in tells. */
async function pageOf(signIn: ReturnType<typeof start>): Promise<string> {
  const page = (): string | undefined => /http\S+\/oauth2\/authorize\S+/.exec(signIn.said())?.[0];
  await until("sign-in tells its page", 120, () => page() !== undefined);
  return page() ?? "";
}

test("a person who signs in on the page gets a token that the API takes, and nothing else on the standard output", async () => {
  const signIn = start("sign-in", []);
  const form = await (await fetch(await pageOf(signIn))).text();
  const body = new URLSearchParams();
  for (const [, name = "", value = ""] of form.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)) {
    body.set(name, value);
  }
  const { username, password } = cloud.outputs.demoUser;
  body.set("username", username);
  body.set("password", password);
  const response = await fetch(`${cloud.outputs.awsEndpointUrl}/login`, { method: "POST", body });
  expect(await response.text()).toContain("You are signed in");
  expect(await signIn.ended).toBe(0);
  const token = await signIn.out;
  expect(token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  const models = await fetch(`${cloud.outputs.apiUrl}/models`, {
    headers: { authorization: `Bearer ${token.trim()}` },
  });
  expect(models.status).toBe(200);
});

test("Ctrl-C ends a sign-in that waits, without a token", async () => {
  const signIn = start("sign-in", []);
  await pageOf(signIn);
  signIn.child.kill("SIGINT");
  expect(await signIn.ended).toBe(130);
  expect(await signIn.out).toBe("");
  expect(signIn.said()).toContain("The sign-in was canceled.");
});

test("a sign-in that nobody finishes says so when its time is over", async () => {
  const signIn = start("sign-in", ["--timeout-seconds", "1"]);
  expect(await signIn.ended).toBe(1);
  expect(signIn.said()).toContain("Nobody has signed in within 1 s.");
});

test("nothing of a cloud that is up is wrong or left over", async () => {
  const doctor = start("doctor", []);
  // The data set may still be built in the background; every other check is right.
  const lines = (await doctor.out).split("\n").filter((line) => line.startsWith("✗") && !line.includes("data set"));
  expect(lines).toEqual([]);
  const leftovers = start("doctor", ["--leftovers"]);
  expect(await leftovers.out).toContain("0 things are there without a stack.");
  expect(await leftovers.ended).toBe(0);
});

test("with no training there is nothing to stop", async () => {
  const stopAll = start("stop-all", []);
  expect(await stopAll.out).toContain("0 training jobs at SageMaker, 0 executions of the workflow, 0 open rows");
  expect(await stopAll.ended).toBe(0);
});

test("a training that runs is stopped by its row, and the command waits for its end", async () => {
  const token = (await start("token", []).out).trim();
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const jobs = `${cloud.outputs.apiUrl}/training-jobs`;
  const body = { name: "Long", technique: "unet-gan", hyperparameters: { epochs: 200 } };
  const created = await fetch(jobs, { method: "POST", headers, body: JSON.stringify(body) });
  expect(created.status).toBe(202);
  const job = `${cloud.outputs.apiUrl}${created.headers.get("location") ?? ""}`;
  const state = async (): Promise<unknown> => stateSchema.parse(await (await fetch(job, { headers })).json()).state;
  // The first training of a checkout waits for the data set.
  await until("the job trains", 500, async () => (await state()) === "TRAINING");
  const stopAll = start("stop-all", ["--yes"]);
  const said = await stopAll.out;
  expect(said).toContain("1 training jobs at SageMaker, 1 executions of the workflow, 1 open rows");
  expect(said).toContain("Nothing runs any more.");
  expect(said).not.toContain("aborted");
  expect(await stopAll.ended).toBe(0);
  expect(await state()).toBe("STOPPED");
});
