// A tiny training container. It knows only the folder contract; hyperparameters say how it behaves.
import { spawn } from "node:child_process";
import console from "node:console";
import { createHash } from "node:crypto";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { get, request } from "node:http";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";

const base = process.env.SAGEMAKER_BASE_DIR;
const read = (...path) => readFileSync(join(base, ...path), "utf8");
const options = JSON.parse(read("input", "config", "hyperparameters.json"));
const checkpoints = existsSync(join(base, "input", "config", "checkpointconfig.json"))
  ? JSON.parse(read("input", "config", "checkpointconfig.json")).LocalPath
  : join(base, "checkpoints");

const files = (folder) =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(base.length + 1))
        .sort()
    : [];
const configuration = Object.fromEntries(
  readdirSync(join(base, "input", "config")).map((name) => [name, JSON.parse(read("input", "config", name))]),
);
const probe = async () =>
  options.probe === undefined
    ? undefined
    : await new Promise((resolve) => {
        get(options.probe, (response) => resolve(`responded with ${response.statusCode}`)).on("error", () =>
          resolve("no network"),
        );
      });

const epochs = Number(options.epochs ?? "2");
const pause = Number(options.pauseMilliseconds ?? "10");
let stopped = false;
process.on("SIGTERM", () => {
  if (options.ignoreSigterm !== "true") stopped = true;
});

const state = () => join(checkpoints, "state.json");
const save = (epoch, weights) => {
  writeFileSync(`${state()}.part`, JSON.stringify({ epoch, weights }));
  renameSync(`${state()}.part`, state());
};

/** Tells a test that it ran, and whether another process of this job was running then. */
function testify() {
  if (options.witness === undefined) return;
  const marker = `TRAINING_JOB_NAME=${process.env.TRAINING_JOB_NAME}`;
  const others = readdirSync("/proc").filter((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false;
    try {
      const environment = readFileSync(join("/proc", pid, "environ"), "utf8").split("\0");
      // Not the shell that watches over a container and has the program's name in its own arguments.
      const [, program = ""] = readFileSync(join("/proc", pid, "cmdline"), "utf8").split("\0");
      return environment.includes(marker) && program.endsWith("train.mjs");
    } catch {
      return false;
    }
  });
  const line = { job: process.env.TRAINING_JOB_NAME, pid: process.pid, others };
  appendFileSync(options.witness, `${JSON.stringify(line)}\n`);
}

/** Asks for its own stop as the last thing it does: `responded`, or `sent` and gone before there is a response. */
async function stopItself() {
  await new Promise((resolve) => {
    const call = request(
      options.stopUrl,
      {
        method: "POST",
        headers: {
          "x-amz-target": "SageMaker.StopTrainingJob",
          "content-type": "application/x-amz-json-1.1",
          authorization: "AWS4-HMAC-SHA256 Credential=test/20260101/eu-central-1/sagemaker/aws4_request",
        },
      },
      (response) => response.resume().on("end", resolve),
    );
    call.on("error", resolve);
    call.end(JSON.stringify({ TrainingJobName: process.env.TRAINING_JOB_NAME }), () => {
      if (options.stopItself === "sent") resolve();
    });
  });
}

async function main() {
  testify();
  if (options.earlyModel === "true") {
    mkdirSync(join(base, "model"), { recursive: true });
    writeFileSync(join(base, "model", "early.txt"), "before the first epoch");
  }
  if (options.child === "true") spawn("sleep", ["600"], { stdio: "inherit" });
  writeFileSync(
    join(base, "output", "data", "seen.json"),
    JSON.stringify({
      configuration,
      environment: process.env,
      inputs: files(join(base, "input", "data")),
      network: await probe(),
    }),
  );
  let { epoch, weights } = existsSync(state())
    ? JSON.parse(readFileSync(state(), "utf8"))
    : { epoch: 0, weights: "start" };
  console.log(`begins after epoch ${epoch}`);
  const isFirstRun = epoch === 0;
  if (options.removeOld === "true") rmSync(join(checkpoints, "old.txt"), { force: true });
  while (epoch < epochs && !stopped) {
    await sleep(pause);
    epoch += 1;
    weights = createHash("sha256")
      .update(weights + epoch)
      .digest("hex");
    save(epoch, weights);
    appendFileSync(join(checkpoints, "progress.jsonl"), JSON.stringify({ epoch, loss: 1 / epoch }) + "\n");
    console.log(`[opencomposer] epoch=${epoch} loss=${1 / epoch}`);
    // Waits for the interruption that the test has in mind; a run that resumes goes on.
    while (isFirstRun && String(epoch) === options.holdAtEpoch && !stopped) await sleep(20);
  }
  if (options.model !== "none") {
    mkdirSync(join(base, "model", "nested"), { recursive: true });
    writeFileSync(join(base, "model", "weights.txt"), weights);
    writeFileSync(join(base, "model", "nested", "card.json"), JSON.stringify({ epoch }));
  }
  if (options.failure !== undefined)
    writeFileSync(join(base, "output", "failure"), options.failure.repeat(Number(options.failureTimes ?? "1")));
  if (options.stopItself !== undefined) await stopItself();
  process.exit(Number(stopped ? (options.stopExitCode ?? "0") : (options.exitCode ?? "0")));
}

void main();
