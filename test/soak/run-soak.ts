/**
 * `npm run soak`: lets many users work with one local cloud for some minutes, then compares the books.
 *
 *   npm run soak -- --minutes 10 --users 20 --jobs 100
 *   npm run soak -- --outputs .local/outputs.json      uses a cloud that runs already
 *
 * The load is bounded by the number of requests at once and by the time between two requests of a user. Each client
 * behaves as the API's document asks: it honors Retry-After on 429 and 503, and sends the same Idempotency-Key when it
 * asks again. The command ends with 1 when anything is lost, stuck or doubled, when the books disagree, or when the API
 * returned a 5xx other than 503 with Retry-After.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { CognitoIdentityProviderClient } from "@aws-sdk/client-cognito-identity-provider";
import * as z from "zod";
import { localCredentials } from "../../local/cloud/ministack";
import { seedUser } from "../../local/cloud/users";
import { type Outputs, readOutputs } from "../../local/outputs";
import { exitCodeOf, HelpRequest, readOptions, UsageError } from "../../tools/command-line";
import { randomPassword } from "../../tools/random-password";
import { accessToken, subjectOf } from "../e2e/api-session";
import { type Audit, type Books, isFinal, openBooks } from "../faults/books";
import { OwnCloud } from "../faults/own-cloud";
import { Ledger } from "./ledger";
import { PoliteClient, Traffic } from "./polite-client";
import { SoakingUser, TrainingBudget } from "./soaking-user";

const maxConcurrent = 8;
/** Seconds without any change after which open work counts as stuck, and what disagrees counts as wrong. */
const silenceSeconds = 180;
const pollSeconds = 5;

const optionsSchema = z.object({
  minutes: z.coerce.number().min(0.1).max(240),
  users: z.coerce.number().int().min(1).max(100),
  jobs: z.coerce.number().int().min(0).max(1_000),
  outputs: z.string().optional(),
});

async function signUp(
  outputs: Outputs,
  count: number,
): Promise<readonly { readonly token: string; readonly sub: string }[]> {
  const { awsEndpointUrl, region, userPoolId } = outputs;
  const cognito = new CognitoIdentityProviderClient({
    endpoint: awsEndpointUrl,
    region,
    credentials: localCredentials,
  });
  const run = Date.now().toString(36);
  const signedUp: { readonly token: string; readonly sub: string }[] = [];
  try {
    for (let n = 1; n <= count; n += 1) {
      const user = { username: `soak-${run}-${n}`, password: randomPassword() };
      await seedUser({ cognito, userPoolId, user });
      const token = await accessToken(outputs, user);
      signedUp.push({ token, sub: subjectOf(token) });
    }
  } finally {
    cognito.destroy();
  }
  return signedUp;
}

/** Returns the books when they are as wanted, or when nothing has changed for long. */
async function untilSilent(books: Books, subs: readonly string[], isDone: (audit: Audit) => boolean): Promise<Audit> {
  let last = "";
  let changedAt = Date.now();
  for (;;) {
    const audit = await books.audit(subs);
    if (isDone(audit)) return audit;
    const seen = JSON.stringify([audit.open, audit.wrong]);
    if (seen !== last) changedAt = Date.now();
    last = seen;
    if (Date.now() - changedAt > silenceSeconds * 1_000) return audit;
    await sleep(pollSeconds * 1_000);
  }
}

async function soak(outputs: Outputs, options: z.infer<typeof optionsSchema>): Promise<boolean> {
  const log = (line: string): void => {
    console.log(line);
  };
  const accounts = await signUp(outputs, options.users);
  const traffic = new Traffic(maxConcurrent);
  const ledger = new Ledger();
  const budget = new TrainingBudget(options.jobs);
  const users = accounts.map(
    ({ token, sub }) =>
      new SoakingUser({ sub, client: new PoliteClient(outputs.apiUrl, token, traffic), ledger, budget }),
  );
  const books = openBooks(outputs);
  const subs = accounts.map(({ sub }) => sub);
  try {
    log(`${users.length} users work for ${options.minutes} minutes, with ${options.jobs} training jobs`);
    const ending = AbortSignal.timeout(options.minutes * 60_000);
    const report = setInterval(() => {
      log(`  ${ledger.describe()}; ${traffic.describe()}`);
    }, 30_000);
    await Promise.all(
      users.map(async (user) => {
        await user.work(ending);
      }),
    ).finally(() => {
      clearInterval(report);
    });
    log("time is up: what still trains is stopped");
    await Promise.all(
      users.map(async (user) => {
        await user.stopTraining();
      }),
    );
    const settled = await untilSilent(books, subs, ({ open }) => open.length === 0);
    const audit = await untilSilent(books, subs, ({ open, wrong }) => open.length === 0 && wrong.length === 0);

    const { lost, doubled, undead } = ledger.compare(audit.rows);
    const stuck = audit.open;
    const ends = new Map<string, number>();
    for (const row of audit.rows.filter(isFinal)) {
      const end = `${row.kind} ${row.state ?? "kept"}${row.failure === undefined ? "" : ` ${row.failure.code}`}`;
      ends.set(end, (ends.get(end) ?? 0) + 1);
    }
    log(`\n${ledger.describe()}`);
    log(traffic.describe());
    log(
      `rows: ${[...ends]
        .sort()
        .map(([end, count]) => `${end} ${count}`)
        .join(", ")}`,
    );
    if (settled.open.length > 0) log(`open at the end of work: ${settled.open.length}`);
    const faults = [
      ...lost.map((what) => `lost: ${what}`),
      ...stuck.map((what) => `stuck: ${what}`),
      ...doubled.map((what) => `doubled: ${what}`),
      ...undead.map((what) => `deleted, but there: ${what}`),
      ...audit.wrong,
      ...audit.texts,
      ...traffic.faults().map((what) => `response: ${what}`),
      ...(budget.accepted < options.jobs
        ? [`only ${budget.accepted} of ${options.jobs} training jobs were accepted`]
        : []),
    ];
    for (const fault of faults.slice(0, 100)) log(`- ${fault}`);
    if (faults.length > 100) log(`- and ${faults.length - 100} more`);
    log(`\n${lost.length} lost, ${stuck.length} stuck, ${doubled.length} doubled`);
    return faults.length === 0;
  } finally {
    books.close();
  }
}

async function main(): Promise<boolean> {
  const values = readOptions({
    command: "npm run soak",
    does: "Has many users work on a local cloud at once, and checks that nothing is lost, stuck or doubled.",
    options: {
      minutes: { type: "string", value: "MINUTES", default: "10", does: "how long they work" },
      users: { type: "string", value: "COUNT", default: "20", does: "how many users" },
      jobs: { type: "string", value: "COUNT", default: "100", does: "how many training jobs they begin" },
      outputs: { type: "string", value: "FILE", does: "the outputs of a running cloud, in place of one of its own" },
    },
    examples: [{ given: "--minutes 10 --users 20 --jobs 100", does: "is what it does by itself" }],
  });
  const options = optionsSchema.parse(values);
  if (options.outputs !== undefined) {
    const outputs = readOutputs(options.outputs);
    if (outputs === undefined) throw new Error(`--outputs is "${options.outputs}"; there is no such file.`);
    return await soak(outputs, options);
  }
  const cloud = new OwnCloud();
  try {
    await cloud.start();
    const isWell = await soak(cloud.outputs(), options);
    const left = await cloud.stop();
    for (const process of left) console.log(`- left behind: ${process}`);
    return isWell && left.length === 0;
  } finally {
    await cloud.stop();
    cloud.remove();
  }
}

main()
  .then((isWell) => {
    process.exitCode = isWell ? 0 : 1;
  })
  .catch((error: unknown) => {
    if (error instanceof HelpRequest) console.log(error.message);
    else console.error(error instanceof UsageError ? error.message : error);
    process.exitCode = exitCodeOf(error);
  });
