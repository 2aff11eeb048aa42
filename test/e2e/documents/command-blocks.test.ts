/**
 * The command blocks of the documents, run as they stand there, in terminals and a fresh checkout: what a newcomer
 * copies has to work. `command-blocks.ts` says which terminal each block is run in, `stand-ins.ts` what is not the
 * program that a person has.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient,
  ListUserPoolsCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { findSampleMelody } from "../../../domain/music/sample-melodies";
import { parseMidi, type Song } from "../../../domain/music/song";
import { loadStageConfig } from "../../../lib/config/load-stage-config";
import { localCloudEnvironment } from "../../../local/cloud/deployment";
import { localCredentials } from "../../../local/cloud/ministack";
import { readOutputs } from "../../../local/outputs";
import { trainedTechniqueIds } from "../../../naming/resource-names";
import { enoughQuotas, type ServiceQuotasServer, startServiceQuotas } from "../../support/service-quotas";
import { accessToken, type ApiSession, openSession, shapes } from "../api-session";
import { leftOf, type Outputs } from "../running-cloud";
import { until } from "../until";
import { type Checkout, checkOut } from "./checkout";
import { type BlockId, blocksToRun } from "./command-blocks";
import { standInFolder, standInList } from "./stand-ins";
import { Terminal } from "./terminal";

let checkout: Checkout;
const terminals: Terminal[] = [];

/** A shell without the caller's AWS settings, and without what npm and jest set for what they start. */
function openTerminal(more: Readonly<Record<string, string>> = {}): Terminal {
  const { HOME = "/", LANG = "C.UTF-8", PATH = "", PIP_EXTRA_INDEX_URL } = process.env;
  const terminal = new Terminal(checkout.folder, {
    HOME,
    LANG,
    PATH: `${standInFolder}:${PATH}`,
    ...(PIP_EXTRA_INDEX_URL === undefined ? {} : { PIP_EXTRA_INDEX_URL }),
    ...more,
  });
  terminals.push(terminal);
  return terminal;
}

async function close(terminal: Terminal): Promise<number | null> {
  terminals.splice(terminals.indexOf(terminal), 1);
  return await terminal.close();
}

beforeAll(() => {
  console.log(`Programs that stand in for others (docs/local-and-aws.md):\n${standInList()}`);
  checkout = checkOut();
});
afterAll(async () => {
  for (const terminal of terminals) {
    terminal.pressControlC();
    await terminal.close();
  }
  expect(await leftOf(checkout.folder)).toEqual([]);
  checkout.remove();
});

const blockText = (document: string, id: BlockId): string => {
  const block = blocksToRun(document).find((candidate) => candidate.id === id);
  if (block === undefined) throw new Error(`There is no block ${id}`);
  return block.text;
};
const blocksOf = (document: string, terminal: string) =>
  blocksToRun(document).filter(({ run }) => "terminal" in run && run.terminal === terminal);

let cloud: Terminal;
function outputs(): Outputs {
  const written = readOutputs(join(checkout.folder, ".local/outputs.json"));
  if (written === undefined) throw new Error("no local cloud is up");
  return written;
}
const session = async (): Promise<ApiSession> =>
  openSession(outputs(), await accessToken(outputs(), outputs().demoUser));

/** Runs the commands that start the cloud, until it says that it is up. Returns what they have printed. */
async function startCloud(commands: string): Promise<string> {
  cloud = openTerminal();
  const printed = await cloud.beginUntil(commands, "everything is up; Ctrl-C");
  return printed();
}
async function endCloud(): Promise<void> {
  cloud.pressControlC();
  expect(await close(cloud)).toBe(0);
  expect(await leftOf(checkout.folder)).toEqual([]);
}

describe("README.md", () => {
  test("two commands bring the cloud up, and it plays Twinkle, Twinkle with four voices", async () => {
    const printed = await startCloud(blockText("README.md", "README.md#try-it-two-commands"));
    const file = /^\S*twinkle-twinkle-\S+\.mid$/m.exec(printed)?.[0];
    const { tracks } = parseMidi(readFileSync(join(file ?? "no file was printed")));
    expect(tracks.filter(({ notes }) => notes.length > 0)).toHaveLength(4);
  });

  test("in a second terminal, the requests make a composition and a training job", async () => {
    const terminal = openTerminal();
    for (const { text } of blocksOf("README.md", "second")) await terminal.run(text);
    const [piece, job] = (await terminal.run('printf "%s\\n" "$piece" "$job"')).match(/^\w{26}$/gm) ?? [];
    const { tracks } = parseMidi(readFileSync(join(checkout.folder, ".local/joy.mid")));
    expect(tracks.filter(({ notes }) => notes.length > 0)).toHaveLength(4);
    const api = await session();
    const composed = await api.pollUntil(
      `/compositions/${piece}`,
      shapes.composition,
      ({ state }) => state === "COMPLETED",
      120,
    );
    expect(composed.output).toMatchObject({ bars: 8 });
    expect((await api.call("GET", `/training-jobs/${job}`)).json(shapes.trainingJob)).toMatchObject({
      progress: { epochs: 3 },
    });
    // It would take the only slot, and the tutorial trains, too.
    await api.call("POST", `/training-jobs/${job}/stop`);
    await api.pollUntil(`/training-jobs/${job}`, shapes.trainingJob, ({ state }) => state === "STOPPED", 300);
    await close(terminal);
  });

  test("Ctrl-C ends everything", async () => {
    await endCloud();
  });
});

describe("docs/tutorial.md", () => {
  let printed = "";
  const song = (name: string): Song => parseMidi(readFileSync(join(checkout.folder, ".local/tutorial", name)));
  const sounding = ({ tracks }: Song): string[] =>
    tracks.filter(({ notes }) => notes.length > 0).map(({ name }) => name);

  test("the next start goes on where the last one was", async () => {
    const started = await startCloud(blockText("docs/tutorial.md", "docs/tutorial.md#1-start-the-cloud"));
    expect(started).toContain("going on with the cloud of the last start");
  });

  let terminal: Terminal | undefined;
  // The command line keeps its session there, and not in the home of whoever runs the tests.
  const openSecond = (): Terminal => openTerminal({ XDG_CONFIG_HOME: join(checkout.folder, ".local/config") });
  test.each(blocksOf("docs/tutorial.md", "second"))("the commands of $id succeed", async ({ text }) => {
    terminal ??= openSecond();
    printed += await terminal.run(text);
  });

  test("every piece and the training end as it says", () => {
    const states = printed.split("\n").filter((line) => /^(?:COMPLETED|READY|FAILED|STOPPED)$/.test(line));
    const pieces = Array.from({ length: 5 }, () => "COMPLETED");
    // The last is what the command line watches.
    expect(states).toEqual([...pieces, "READY", "COMPLETED", "READY"]);
    expect(printed).toMatch(/^\w{26} is STOPPED after \d+ of 100 epochs; its model is \w{26};/m);
    expect(printed).toMatch(/^\w{26} is READY after 15 of 15 epochs; its model is \w{26}$/m);
    const epochs = printed.split("\n").filter((line) => line.startsWith('{"epoch":'));
    expect(epochs).toHaveLength(5);
  });

  test("its files are the music that it speaks of", () => {
    const melody = findSampleMelody("ode-to-joy")?.notes.map(({ pitch }) => pitch);
    expect(melody).toBeDefined();
    for (const name of [
      "joy.mid",
      "joy-strings.mid",
      "joy-by-my-model.mid",
      "sample-1.mid",
      "sample-5.mid",
      "cli-joy.mid",
    ]) {
      const { tracks } = song(name);
      expect({ name, melody: tracks[0]?.notes.map(({ pitch }) => pitch) }).toEqual({ name, melody });
    }
    expect(sounding(song("joy.mid")).slice(1)).toEqual(["Alto", "Tenor", "Bass"]);
    for (const name of ["joy-edited.mid", "cli-edited.mid", "cli-own.mid"])
      expect(sounding(song(name))).toHaveLength(4);
    expect(sounding(song("joy-bossa.mid")).length).toBeGreaterThanOrEqual(4);
    expect(sounding(song("joy-longer.mid"))).toHaveLength(4);
    const longer = song("joy-longer.mid").tracks[0]?.notes.map(({ pitch }) => pitch) ?? [];
    expect(longer.slice(0, melody?.length)).toEqual(melody);
    expect(longer.length).toBeGreaterThan(melody?.length ?? 0);
  });

  const page = "docs/how-the-transformer-writes.md";
  test.each(blocksOf(page, "second"))("the commands of $id succeed in the same terminal", async ({ text }) => {
    terminal ??= openSecond();
    expect(await terminal.run(text)).not.toMatch(/^(?:FAILED|STOPPED)$/m);
    const pieces = ["0", "0.5", "0.9", "1.2"].map((risk) => song(`joy-risk-${risk}.mid`).tracks[0]?.notes.length ?? 0);
    expect(Math.min(...pieces)).toBeGreaterThan(findSampleMelody("ode-to-joy")?.notes.length ?? 0);
  });
});

describe("docs/deploy.md and docs/runbook.md, with the local cloud in place of the account", () => {
  let terminal: Terminal;
  let quotas: ServiceQuotasServer;
  let state: string;
  /** Runs a block of one of the two, and returns what it has printed. */
  const run = async (id: BlockId, meanwhile?: (printed: () => string) => Promise<void>): Promise<string> =>
    await terminal.run(blockText(id.slice(0, id.indexOf("#")), id), meanwhile);

  /** Types yes when the CDK asks whether to delete stacks. */
  const agree = async (printed: () => string): Promise<void> => {
    await until("the CDK asks", 300, () => printed().includes("(y/n)"));
    terminal.type("y");
  };

  beforeAll(async () => {
    if (readOutputs(join(checkout.folder, ".local/outputs.json")) === undefined) {
      await startCloud(blockText("README.md", "README.md#try-it-two-commands"));
    }
    const { awsEndpointUrl: endpointUrl, sagemakerEndpointUrl, region } = outputs();
    quotas = await startServiceQuotas(enoughQuotas);
    state = mkdtempSync(join(tmpdir(), "opencomposer-stand-ins-"));
    terminal = openTerminal({
      ...localCloudEnvironment({ endpointUrl, region }),
      AWS_ENDPOINT_URL_SAGEMAKER: sagemakerEndpointUrl,
      AWS_ENDPOINT_URL_SERVICE_QUOTAS: quotas.url,
      STAND_IN_STATE: state,
    });
  });
  afterAll(async () => {
    await close(terminal);
    await quotas.stop();
    rmSync(state, { recursive: true, force: true });
  });

  test("the example of own values is copied, and is whole but for its addresses", async () => {
    await run("docs/deploy.md#your-own-values");
    expect(() => loadStageConfig({ stage: "prod", folder: checkout.folder })).toThrow("is an address of the example");
    await terminal.run("sed -i 's/example\\.org/opencomposer.test/' opencomposer.prod.json");
    const own = loadStageConfig({ stage: "prod", folder: checkout.folder });
    expect(own.alarms?.emailAddresses).toEqual(["operators@opencomposer.test"]);
  });

  test("a deploy puts the stacks of dev into the account, and seed fills them", async () => {
    const printed = await run("docs/deploy.md#deploy");
    for (const name of ["Storage", "Console", "Api", "Training", "Inference", "Observability"]) {
      expect(printed).toContain(`✅  opencomposer-dev-${name}`);
    }
    expect(printed).toMatch(/stage dev: account 000000000000, Region eu-west-1, table \S+, bucket \S+/);
  });

  test("doctor finds nothing that is wrong", async () => {
    const printed = await run("docs/deploy.md#is-everything-right");
    expect(printed).toMatch(/✓ quota "ml\.m5\.xlarge for training job usage"/);
    expect(printed.match(/✓ image cdk-hnb659fds-container-assets-\S+: application\/vnd\.docker/g)).toHaveLength(
      2 * trainedTechniqueIds.length,
    );
    expect(printed).toContain("the registry was not asked: ERROR: there is no registry here");
    expect(printed).not.toContain("✗");
  });

  test("the user ada is made", async () => {
    expect(await run("docs/deploy.md#users-and-sign-in")).toContain("ada@example.org. It is good for 3 days");
  });

  test("ada signs in on the page, and the command line has a token", async () => {
    const cognito = new CognitoIdentityProviderClient({
      endpoint: outputs().awsEndpointUrl,
      region: outputs().region,
      credentials: localCredentials,
    });
    const { UserPools = [] } = await cognito.send(new ListUserPoolsCommand({ MaxResults: 10 }));
    const UserPoolId = UserPools.find(({ Name }) => Name?.startsWith("opencomposer-dev"))?.Id;
    // The message with the temporary password goes nowhere here, so ada gets a password of her own at once.
    const Password = "A-longer-passw0rd!";
    await cognito.send(new AdminSetUserPasswordCommand({ UserPoolId, Username: "ada", Password, Permanent: true }));
    cognito.destroy();
    await run("docs/deploy.md#users-and-sign-in 2", async (printed) => {
      const address = (): string | undefined => /http\S+\/oauth2\/authorize\S+/.exec(printed())?.[0];
      await until("sign-in tells its page", 300, () => address() !== undefined);
      const page = await (await fetch(address() ?? "")).text();
      const form = new URLSearchParams({ username: "ada", password: Password });
      for (const [, name = "", value = ""] of page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)) {
        form.set(name, value);
      }
      const response = await fetch(`${outputs().awsEndpointUrl}/login`, { method: "POST", body: form });
      expect(await response.text()).toContain("You are signed in");
    });
    expect(await terminal.run('printf "%s\\n" "token=$token"')).toMatch(/^token=[\w-]+\.[\w-]+\.[\w-]+$/m);
  });

  test("ada composes on dev, by its own functions", async () => {
    expect(await run("docs/deploy.md#the-first-composition")).toMatch(/^COMPLETED$/m);
    const { tracks } = parseMidi(readFileSync(join(checkout.folder, ".local/tutorial/joy.mid")));
    expect(tracks.filter(({ notes }) => notes.length > 0)).toHaveLength(4);
  });

  test("a budget is made", async () => {
    await run("docs/deploy.md#what-it-costs");
    expect(await terminal.run("aws budgets describe-budgets --account-id 000000000000")).toContain("OpenComposer");
  });

  test("images are pushed to a repository of one's own, and the setting that is printed is one", async () => {
    await run("docs/deploy.md#without-docker-at-the-deploy");
    const setting = readFileSync(join(checkout.folder, "images.json"), "utf8");
    writeFileSync(join(state, "opencomposer.dev.json"), setting);
    const { images } = loadStageConfig({ stage: "dev", folder: state });
    expect(images["unet-gan"].training).toMatchObject({
      kind: "uri",
      uri: expect.stringMatching(/@sha256:[0-9a-f]{64}$/),
    });
  });

  test("images that are there already are not pushed again, and the same setting is printed", async () => {
    const setting = readFileSync(join(checkout.folder, "images.json"), "utf8");
    const printed = await run("docs/deploy.md#without-docker-at-the-deploy");
    expect(printed.match(/^\S+: \S+ is there already$/gm)).toHaveLength(2 * trainedTechniqueIds.length);
    expect(readFileSync(join(checkout.folder, "images.json"), "utf8")).toBe(setting);
  });

  test("stop-all finds nothing that runs", async () => {
    const printed = await run("docs/runbook.md#stop-everything");
    expect(printed).toContain("0 training jobs at SageMaker, 0 executions of the workflow, 0 open rows");
  });

  test("no function begins new work", async () => {
    const printed = await run("docs/runbook.md#stop-everything 2");
    // Five functions, of which the reader of data sets takes from two queues.
    expect(printed.match(/"State": "Disabl(?:ed|ing)"/g)).toHaveLength(6);
    expect(printed.match(/"ReservedConcurrentExecutions": 0/g)).toHaveLength(1);
  });

  test("dev is removed with its data", async () => {
    await run("docs/runbook.md#remove-everything", agree);
  });

  test("prod is deployed, seeded, has a user, and is protected", async () => {
    const printed = await run("docs/deploy.md#deploy-prod");
    for (const name of ["Storage", "Console", "Api", "Training", "Inference", "Observability"]) {
      expect(printed).toContain(`✅  opencomposer-prod-${name}`);
    }
    expect(printed).toMatch(/stage prod: account 000000000000, Region eu-west-1, table \S+, bucket \S+/);
    expect(printed).toContain("ada@example.org. It is good for 3 days");
    const protection = "--query 'Stacks[0].EnableTerminationProtection'";
    const describe = `aws cloudformation describe-stacks --stack-name opencomposer-prod-Storage ${protection}`;
    expect((await terminal.run(describe)).trim()).toBe("true");
  });

  test("the endpoints of prod are removed alone, and the next deploy makes them anew", async () => {
    const block = "docs/runbook.md#change-an-endpoint-between-serverless-and-real-time";
    const printed = await run(block, agree);
    expect(printed.match(/✅ {2}opencomposer-prod-\S+: destroyed/g)).toHaveLength(1);
    await terminal.run("npx cdk deploy --all -c stage=prod");
  });

  test("prod is removed but for its data, when somebody has taken the protection off", async () => {
    const printed = await run("docs/runbook.md#remove-everything 2", agree);
    expect(printed).toMatch(/[1-9]\d* things are there without a stack\./);
    expect(printed).toMatch(/arn:aws:dynamodb:\S+: DynamoDB storage\n/);
    // The objects of compositions and training, their work in progress, and the console's files.
    for (const bucket of ["storage-objectsartefacts", "storage-objectswork", "console-bucketfiles"]) {
      expect(printed).toMatch(new RegExp(`arn:aws:s3:::opencomposer-prod-${bucket}\\S+: S3 storage`));
    }
  });

  test("the data of prod is removed for good by the commands that the list prints", async () => {
    await run("docs/runbook.md#remove-everything 3");
    await run("docs/runbook.md#remove-everything 4");
    expect(await terminal.run("aws dynamodb list-tables --output text")).not.toContain("opencomposer-prod");
    expect(await terminal.run("aws s3api list-buckets --output text")).not.toContain("opencomposer-prod");
    const pools = "aws cognito-idp list-user-pools --max-results 60 --output text";
    expect(await terminal.run(pools)).not.toContain("opencomposer-prod");
  });

  test("a stack of prod whose first deploy failed is deleted", async () => {
    // MiniStack fails at alarms that compute with metrics.
    const Properties = { ComparisonOperator: "LessThanThreshold", EvaluationPeriods: 1, Metrics: [{ Id: "m" }] };
    const template = JSON.stringify({ Resources: { Alarm: { Type: "AWS::CloudWatch::Alarm", Properties } } });
    const name = "--stack-name opencomposer-prod-Inference";
    await terminal.run(
      `aws cloudformation create-stack ${name} --enable-termination-protection --template-body '${template}'`,
    );
    const state = async (): Promise<string> =>
      await terminal.run(`aws cloudformation describe-stacks ${name} --query 'Stacks[0].StackStatus' --output text`);
    await until("the deploy has failed", 120, async () => (await state()).includes("ROLLBACK_COMPLETE"));
    const printed = await run("docs/deploy.md#when-a-deploy-fails");
    expect(printed).toContain("things are there without a stack.");
  });
});
