import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ProductionVariantInstanceType, TrainingInstanceType } from "@aws-sdk/client-sagemaker";
import { Ajv2020 } from "ajv/dist/2020";
import addFormats from "ajv-formats";
import fc from "fast-check";
import { refuseForeignAccount, refuseUnreachable } from "../../lib/config/deploy-target";
import { familiesFor, processorOf } from "../../lib/config/instance-types";
import { loadStageConfig, parseStageConfig, stageDefaults } from "../../lib/config/load-stage-config";
import { withOwnValues } from "../../lib/config/own-values";
import type { StageConfig } from "../../lib/config/stage-config";
import { StageConfigError } from "../../lib/config/stage-config-error";
import { refuseOtherPartitions } from "../../lib/config/supported-regions";
import { domainName, originFault, returnAddressFault } from "../../lib/config/web-addresses";
import { repositoryPath } from "../../lib/constructs/repository-root";
import {
  localAccountId,
  perTrainedTechnique,
  type Stage,
  stages,
  trainedTechniqueIds,
} from "../../naming/resource-names";
import {
  devConfig,
  exampleFile,
  localConfig,
  prodConfig,
  prodWithCustomDomain,
  stageConfigs,
} from "./support/stage-configs";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "opencomposer-config-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the app as the CDK CLI does, for a deploy with an account of AWS. */
const runApp = (context: Readonly<Record<string, string>>, region = "eu-west-1") =>
  spawnSync(process.execPath, ["--import", "tsx", "bin/app.ts"], {
    cwd: repositoryPath(),
    encoding: "utf8",
    env: {
      ...process.env,
      CDK_DEFAULT_ACCOUNT: "123456789012",
      CDK_DEFAULT_REGION: region,
      CDK_CONTEXT_JSON: JSON.stringify(context),
      CDK_OUTDIR: folder,
    },
  });

const errorOf = (attempt: () => unknown): string => {
  try {
    attempt();
  } catch (error) {
    if (error instanceof StageConfigError) return error.message;
    throw error;
  }
  throw new Error("The configuration was accepted.");
};
const messageOf = (config: unknown): string => errorOf(() => parseStageConfig(config));

/** Writes a stage's own file and loads the stage. */
function loadWith(stage: Stage, values: unknown): ReturnType<typeof loadStageConfig> {
  writeFileSync(
    join(folder, `opencomposer.${stage}.json`),
    typeof values === "string" ? values : JSON.stringify(values),
  );
  return loadStageConfig({ stage, folder });
}

test.each(stages)("the configuration of %s is valid", (stage) => {
  expect(stageConfigs[stage].stage).toBe(stage);
});

test.each(["local", "dev"] as const)("%s needs no file of its deployer's", (stage) => {
  expect(loadStageConfig({ stage, folder })).toEqual(parseStageConfig(stageDefaults[stage]));
});

test("prod without a file names all that its deployer has to give, and where", () => {
  const message = errorOf(() => loadStageConfig({ stage: "prod", folder }));
  for (const field of [
    "api.corsOrigins is []",
    "identity.signInPage.callbackUrls is []",
    "identity.signInPage.logoutUrls is []",
    "alarms.emailAddresses is []",
  ]) {
    expect(message).toContain(field);
  }
  expect(message).toContain(`${join(folder, "opencomposer.prod.json")}, which does not exist yet`);
});

test.each(["production", "", undefined, 1, "toString"])("there is no stage %p", (stage) => {
  expect(() => loadStageConfig({ stage, folder })).toThrow(/use -c stage=local\|dev\|prod/);
});

describe("a deployer's own file", () => {
  it("changes what it names and leaves the rest", () => {
    const config = loadWith("dev", { training: { slots: 3 }, alarms: { emailAddresses: ["ada@example.org"] } });
    const defaults = parseStageConfig(stageDefaults.dev);
    expect(config).toEqual({
      ...defaults,
      training: { ...defaults.training, slots: 3 },
      alarms: { emailAddresses: ["ada@example.org"] },
    });
  });

  it("takes the place of a list, and of an object of another kind", () => {
    const realTime = { kind: "realTime", instanceType: "ml.c5.large", instanceCount: 1 };
    const config = loadWith("dev", {
      api: { corsOrigins: ["https://a.example.org"] },
      endpoints: { "unet-gan": realTime, "ar-cnn": { memoryMb: 4096 } },
    });
    expect(config.api.corsOrigins).toEqual(["https://a.example.org"]);
    expect(config.endpoints).toEqual({
      ...loadWith("dev", {}).endpoints,
      "unet-gan": realTime,
      "ar-cnn": { kind: "serverless", memoryMb: 4096, maxConcurrency: 2 },
    });
  });

  it("may be another one, by a path from the root, and only one is read", () => {
    mkdirSync(join(folder, "mine"));
    writeFileSync(join(folder, "mine", "a.json"), JSON.stringify({ training: { slots: 7 } }));
    writeFileSync(join(folder, "opencomposer.dev.json"), "broken");
    expect(loadStageConfig({ stage: "dev", folder, file: "mine/a.json" }).training.slots).toBe(7);
  });

  it("may name the schema by which an editor completes it", () => {
    expect(loadWith("dev", { $schema: "./lib/config/opencomposer.schema.json" }).stage).toBe("dev");
  });

  it.each([
    ["is not JSON", "{ slots: 1 }", /opencomposer\.dev\.json is not JSON: /],
    ["holds no object", "[]", /must hold a JSON object/],
    ["names a stage", { stage: "prod" }, /stage is chosen by -c stage=dev/],
  ])("is refused where it %s", (_, values, message) => {
    expect(errorOf(() => loadWith("dev", values))).toMatch(message);
  });

  it.each([
    ["missing.json", /There is no file .*missing\.json, which -c config=missing\.json names/],
    ["", /-c config="" must be the path of a JSON file/],
    [true, /-c config=true must be the path of a JSON file/],
    [".", /cannot be read: .*EISDIR/],
  ])("is refused where the path is %p", (file, message) => {
    expect(errorOf(() => loadStageConfig({ stage: "dev", folder, file }))).toMatch(message);
  });

  it("is refused with every broken field, its value and what is allowed", () => {
    const message = errorOf(() =>
      loadWith("dev", {
        reconcileMinuets: 5,
        logRetention: 15,
        training: { slots: 0, instanceType: "m5.xlarge", volumeSizeGb: "10", slotz: 2 },
        endpoints: { "unet-gan": { kind: "batch" }, "ar-cnn": { memoryMb: 1500 }, musenet: {} },
        api: { corsOrigins: ["http://example.org"], throttle: null },
        alarms: { emailAddresses: ["ada"] },
        userQuotas: { tracks: 1.5 },
        functions: { logLevel: "WARN" },
      }),
    );
    for (const line of [
      "logRetention is 15: must be one of 1, 3, 5, ",
      "training.slots is 0: must be at least 1",
      'training.instanceType is "m5.xlarge": must be an instance type of SageMaker, as `ml.m5.xlarge`',
      'training.volumeSizeGb is "10": must be of the type number',
      "training.slotz is 2: is not a setting; there are instanceType, volumeSizeGb, ",
      'endpoints["unet-gan"].kind is "batch": must be one of "serverless", "realTime"',
      'endpoints["ar-cnn"].memoryMb is 1500: must be one of 1024, 2048, ',
      `endpoints.musenet is {}: is not a setting; there are ${trainedTechniqueIds.join(", ")}`,
      'api.corsOrigins[0] is "http://example.org": must be `*`, or an https URL, or an http URL of localhost',
      "api.throttle is null: must be of the type object",
      'alarms.emailAddresses[0] is "ada": must be an e-mail address',
      "userQuotas.tracks is 1.5: must be of the type integer",
      'functions.logLevel is "WARN": must be one of "DEBUG", "INFO"',
      "reconcileMinuets is 5: is not a setting; there are stage, removal, ",
    ]) {
      expect(message).toContain(line);
    }
    expect(message).toContain("Your own values for the stage dev belong in ");
  });

  it.each(["__proto__", "constructor", "toString"])("cannot give a member called %s", (name) => {
    expect(errorOf(() => loadWith("dev", `{ "training": { "${name}": { "slots": 9 } } }`))).toContain(
      "is not a setting",
    );
    expect(Object.hasOwn(Object.prototype, "slots")).toBe(false);
  });
});

test("merging keeps every default that the file does not name, for any file", () => {
  const leaf = fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.constant(null), fc.array(fc.integer()));
  const names = fc.constantFrom("training", "api", "throttle", "slots", "rate", "more");
  const { node: values } = fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.dictionary(names, fc.oneof({ maxDepth: 3 }, leaf, tie("node"))),
  }));
  const check = (base: unknown, over: unknown, result: unknown): void => {
    const isObject = (value: unknown): value is Record<string, unknown> =>
      typeof value === "object" && value !== null && !Array.isArray(value);
    if (!isObject(base) || !isObject(over)) {
      expect(result).toEqual(over);
      return;
    }
    if (!isObject(result)) throw new Error("The result is no object.");
    expect(new Set(Object.keys(result))).toEqual(new Set([...Object.keys(base), ...Object.keys(over)]));
    for (const key of Object.keys(result)) {
      if (key in over) check(base[key], over[key], result[key]);
      else expect(result[key]).toEqual(base[key]);
    }
  };
  fc.assert(
    fc.property(values, (own) => {
      const over = own as Record<string, unknown>;
      check(stageDefaults.dev, over, withOwnValues(stageDefaults.dev, over));
    }),
  );
});

describe("the schema for editors", () => {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
  addFormats(ajv);
  const schema: unknown = JSON.parse(readFileSync(repositoryPath("lib", "config", "opencomposer.schema.json"), "utf8"));
  const isValid = ajv.compile(schema as object);

  it("accepts the example and a file that changes one value", () => {
    for (const values of [
      JSON.parse(readFileSync(exampleFile, "utf8")),
      {},
      { endpoints: { "ar-cnn": { memoryMb: 4096 } } },
      { images: { "unet-gan": { training: { kind: "build", torch: "cuda" } } } },
    ]) {
      expect({ valid: isValid(values), errors: isValid.errors }).toEqual({ valid: true, errors: null });
    }
  });

  it.each([
    { training: { slots: 0 } },
    { training: { slotz: 1 } },
    { stage: "dev" },
    { endpoints: { "unet-gan": { memoryMb: 1500 } } },
    { endpoints: { musenet: {} } },
    { alarms: { emailAddresses: ["ada"] } },
    { alarms: { emailAddresses: ["ada@own.test", "ada@own.test"] } },
    { api: { corsOrigins: ["https://own.test", "https://own.test"] } },
  ])("refuses %j", (values) => {
    expect(isValid(values)).toBe(false);
  });
});

describe("the stage local", () => {
  it.each([undefined, localAccountId])("may be made with the account %p", (account) => {
    refuseForeignAccount("local", account);
  });

  it("is refused with credentials of an account of AWS, which the other stages take", () => {
    expect(
      errorOf(() => {
        refuseForeignAccount("local", "123456789012");
      }),
    ).toMatch(/account 123456789012.*-c stage=dev/);
    refuseForeignAccount("dev", "123456789012");
    refuseForeignAccount("prod", "123456789012");
  });

  it("stops the app with a sentence and no templates", () => {
    const run = runApp({ stage: "local" });
    expect({ status: run.status, lines: run.stderr.trim().split("\n").length }).toEqual({ status: 1, lines: 1 });
    expect(run.stderr).toContain("The stage local is for the local cloud");
  });
});

describe("images that are named by URI, and the API's certificate", () => {
  const at = (account: string, region: string): { readonly kind: "uri"; readonly uri: string } => ({
    kind: "uri",
    uri: `${account}.dkr.ecr.${region}.amazonaws.com/music@sha256:${"0a".repeat(32)}`,
  });
  const target = { account: "123456789012", region: "eu-west-1" };
  const here = at(target.account, target.region);
  const withImages = (training: typeof here, inference: typeof here, kind: "serverless" | "realTime"): StageConfig =>
    parseStageConfig({
      ...prodConfig,
      images: { ...prodConfig.images, "ar-cnn": { training, inference } },
      endpoints: {
        ...prodConfig.endpoints,
        "ar-cnn":
          kind === "serverless"
            ? { kind, memoryMb: 2048, maxConcurrency: 2 }
            : { kind, instanceType: "ml.m5.large", instanceCount: 1 },
      },
    });

  it.each([
    ["of the account and Region of the deploy", here, here, "serverless"],
    ["of another account, where SageMaker can pull it", at("999999999999", "eu-west-1"), here, "serverless"],
    ["of another account, for instances", here, at("999999999999", "eu-west-1"), "realTime"],
  ] as const)("may be %s", (_, training, inference, kind) => {
    refuseUnreachable(withImages(training, inference, kind), target);
  });

  it("are refused at once where SageMaker would refuse them, each with its value and what is allowed", () => {
    const config = withImages(at("123456789012", "us-east-1"), at("999999999999", "eu-central-1"), "serverless");
    const message = errorOf(() => {
      refuseUnreachable(config, target);
    });
    expect(message.split("\n").slice(1)).toEqual([
      expect.stringMatching(
        /images\["ar-cnn"\]\.training\.uri is "123.*us-east-1.*: must be in the Region .*eu-west-1:/,
      ),
      expect.stringMatching(/images\["ar-cnn"\]\.inference\.uri is "999.*: must be in the Region .*eu-west-1:/),
      expect.stringMatching(/images\["ar-cnn"\]\.inference\.uri is "999.*: must be in the account .*123456789012:/),
    ]);
    // Nothing is known of the deploy where there are no credentials.
    refuseUnreachable(config, { account: undefined, region: undefined });
  });

  it.each([
    ["another Region", "us-east-1", "123456789012"],
    ["another account", "eu-west-1", "999999999999"],
  ])("are refused like the API's certificate of %s", (_, region, account) => {
    const certificateArn = `arn:aws:acm:${region}:${account}:certificate/0a1b`;
    const customDomain = { name: "music.opencomposer.test", certificateArn };
    const config = parseStageConfig({ ...prodConfig, api: { ...prodConfig.api, customDomain } });
    expect(
      errorOf(() => {
        refuseUnreachable(config, target);
      }),
    ).toContain(`api.customDomain.certificateArn is "${certificateArn}": must be a certificate of`);
    refuseUnreachable(config, { account, region });
    refuseUnreachable(config, { account: undefined, region: undefined });
  });

  it("are refused like the console's certificate of another account, whatever the Region of the deploy is", () => {
    const certificateArn = "arn:aws:acm:us-east-1:999999999999:certificate/0a1b";
    const customDomain = { name: "console.opencomposer.test", certificateArn };
    const config = parseStageConfig({ ...prodConfig, console: { kind: "cloudFront", customDomain } });
    expect(
      errorOf(() => {
        refuseUnreachable(config, target);
      }),
    ).toContain(`console.customDomain.certificateArn is "${certificateArn}": must be a certificate of the account`);
    refuseUnreachable(config, { ...target, account: "999999999999" });
    refuseUnreachable(config, { account: undefined, region: undefined });
  });

  it("stop the app before there is a template", () => {
    const file = join(folder, "own.json");
    writeFileSync(file, JSON.stringify({ images: { "unet-gan": { inference: at("123456789012", "us-east-1") } } }));
    const run = runApp({ stage: "dev", config: file });
    expect({ status: run.status, error: run.stderr }).toEqual({
      status: 1,
      error: expect.stringContaining("must be in the Region of the deploy, eu-west-1"),
    });
  });
});

test("every broken field is named at once, unknown keys included", () => {
  const message = messageOf({
    ...prodConfig,
    reconcileMinuets: 5,
    training: { ...prodConfig.training, slots: 0, instanceType: "m5.xlarge" },
    api: { ...prodConfig.api, corsOrigins: ["http://example.org"] },
  });
  for (const named of ["reconcileMinuets", "training.slots", "training.instanceType", "api.corsOrigins"]) {
    expect(message).toContain(named);
  }
});

test.each([
  [
    "passwords are sent to Cognito in local only",
    { identity: { passwordGrant: true, mfa: "off" } },
    "identity.passwordGrant",
  ],
  ["someone can sign in", { identity: { passwordGrant: false, mfa: "off" } }, "identity.signInPage"],
  ["a second factor can be set up", { identity: { passwordGrant: false, mfa: "required" } }, "identity.mfa"],
  [
    "a local image exists on no AWS stage",
    { images: { ...prodConfig.images, "unet-gan": { training: { kind: "local" }, inference: { kind: "build" } } } },
    'images["unet-gan"].training.kind',
  ],
  [
    "an image is in ECR, with a tag or digest",
    {
      images: {
        ...prodConfig.images,
        "unet-gan": { training: { kind: "uri", uri: "docker.io/me/it:1" }, inference: { kind: "build" } },
      },
    },
    'images["unet-gan"].training.uri',
  ],
  [
    "a lease outlives slow turns",
    { training: { ...prodConfig.training, slotLeaseSeconds: 60 } },
    "training.slotLeaseSeconds",
  ],
  [
    "an endpoint takes what the workers send",
    { endpoints: { ...prodConfig.endpoints, "unet-gan": { kind: "serverless", memoryMb: 2048, maxConcurrency: 1 } } },
    'endpoints["unet-gan"].maxConcurrency',
  ],
  [
    "all endpoints together take no more than the pool of a new account",
    {
      compositions: { concurrency: 6 },
      endpoints: perTrainedTechnique(() => ({
        kind: "serverless" as const,
        memoryMb: 2048 as const,
        maxConcurrency: 6,
      })),
    },
    "endpointLimits.serverlessConcurrency",
  ],
  [
    "nobody pays for more machines than were counted",
    {
      endpoints: perTrainedTechnique(() => ({
        kind: "realTime" as const,
        instanceType: "ml.m5.large",
        instanceCount: 2,
      })),
    },
    "endpointLimits.instances",
  ],
  [
    "SageMaker has no such memory size",
    { endpoints: { ...prodConfig.endpoints, "unet-gan": { kind: "serverless", memoryMb: 1500, maxConcurrency: 10 } } },
    'endpoints["unet-gan"].memoryMb',
  ],
  [
    "nobody is sent back to localhost",
    {
      identity: {
        passwordGrant: false,
        mfa: "off",
        signInPage: { callbackUrls: ["http://localhost:5173/"], logoutUrls: ["http://127.0.0.1/"] },
      },
    },
    "identity.signInPage.callbackUrls[0]",
  ],
  ["browsers call from known origins", { api: { ...prodConfig.api, corsOrigins: ["*"] } }, "api.corsOrigins[0]"],
  [
    "nothing on this machine may call it",
    { api: { ...prodConfig.api, corsOrigins: ["http://localhost:5173"] } },
    "api.corsOrigins[0]",
  ],
  [
    "browsers call from an origin of its own",
    { api: { ...prodConfig.api, corsOrigins: ["https://music.example.org"] } },
    'api.corsOrigins[0] is "https://music.example.org": is an address of the example',
  ],
  [
    "people are sent back to an address of its own",
    {
      identity: {
        passwordGrant: false,
        mfa: "off",
        signInPage: { callbackUrls: ["https://own.test/"], logoutUrls: ["https://example.com:8443/out"] },
      },
    },
    "identity.signInPage.logoutUrls[0]",
  ],
  [
    "the alarms go to an address of its own",
    { alarms: { emailAddresses: ["ada@own.test", "operators@example.org"] } },
    'alarms.emailAddresses[1] is "operators@example.org": is an address of the example',
  ],
  [
    "the API has a domain of its own",
    {
      api: {
        ...prodConfig.api,
        customDomain: {
          name: "api.example.org",
          certificateArn: "arn:aws:acm:eu-west-1:123456789012:certificate/0a1b",
        },
      },
    },
    'api.customDomain.name is "api.example.org": is an address of the example',
  ],
  [
    "the alarms go to an address that exists, in whatever case",
    { alarms: { emailAddresses: ["ada@EXAMPLE.com"] } },
    "alarms.emailAddresses[0]",
  ],
  [
    "no browser of another machine is meant by localhost",
    { api: { ...prodConfig.api, corsOrigins: ["https://localhost:3000"] } },
    'api.corsOrigins[0] is "https://localhost:3000": must be an https URL in the stage prod, and not an address of the machine itself',
  ],
  [
    "nobody is sent back to the own machine with TLS",
    {
      identity: {
        ...prodConfig.identity,
        signInPage: { callbackUrls: ["https://127.0.0.2/"], logoutUrls: ["https://app.localhost/"] },
      },
    },
    "identity.signInPage.logoutUrls[0]",
  ],
  [
    "the work bucket keeps what a waiting job needs",
    {
      storage: { ...prodConfig.storage, workDays: 8 },
      training: { ...prodConfig.training, queueDeadlineSeconds: 604_800, capacityDeadlineSeconds: 86_400 },
    },
    "storage.workDays is 8: must be at least 10",
  ],
  [
    "the reserved workers take what the queue sends",
    {
      functions: { ...prodConfig.functions, reservedConcurrency: { executeComposition: 1 } },
    },
    "functions.reservedConcurrency.executeComposition is 1: must be at least compositions.concurrency (2)",
  ],
  [
    "a GPU is used",
    { training: { ...prodConfig.training, instanceType: "ml.g5.xlarge" } },
    'images["unet-gan"].training.torch is "cpu": must be "cuda" for training.instanceType "ml.g5.xlarge"',
  ],
  [
    "CUDA has a GPU",
    {
      images: {
        ...prodConfig.images,
        "ar-cnn": { training: { kind: "build", torch: "cuda" }, inference: { kind: "build" } },
      },
    },
    'images["ar-cnn"].training.torch is "cuda": must be "cpu" for training.instanceType "ml.m5.xlarge"',
  ],
  [
    "no endpoint pays for a GPU that it leaves idle",
    {
      endpoints: {
        ...prodConfig.endpoints,
        "unet-gan": { kind: "realTime", instanceType: "ml.g5.xlarge", instanceCount: 1 },
      },
    },
    'endpoints["unet-gan"].instanceType is "ml.g5.xlarge": must be a machine without a GPU',
  ],
  ["someone gets the alarms", { alarms: { emailAddresses: [] } }, "alarms.emailAddresses"],
  ["there are alarms", { alarms: undefined }, "alarms.emailAddresses"],
  ["data that is to be destroyed is not protected", { removal: "destroy" }, "storage.deletionProtection"],
  [
    "images are named by digest",
    {
      images: {
        ...prodConfig.images,
        "ar-cnn": {
          training: { kind: "build" },
          inference: { kind: "uri", uri: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/music:latest" },
        },
      },
    },
    'images["ar-cnn"].inference.uri',
  ],
])("prod is refused unless %s", (_rule, change, field) => {
  expect(messageOf({ ...prodConfig, ...change })).toContain(field);
});

const consoleAt = (name: string, region = "us-east-1"): unknown => ({
  kind: "cloudFront",
  customDomain: { name, certificateArn: `arn:aws:acm:${region}:123456789012:certificate/0a1b` },
});
test.each([
  [
    "its certificate is of the Region from which CloudFront takes one",
    { ...prodConfig, console: consoleAt("console.opencomposer.test", "eu-west-1") },
    'console.customDomain.certificateArn is "arn:aws:acm:eu-west-1:123456789012:certificate/0a1b": must be the ARN of an ACM certificate in us-east-1',
  ],
  [
    "its domain is a domain",
    { ...prodConfig, console: consoleAt("https://console.opencomposer.test") },
    'console.customDomain.name is "https://console.opencomposer.test": must be a domain name',
  ],
  [
    "prod has no domain of the example",
    { ...prodConfig, console: consoleAt("console.example.org") },
    'console.customDomain.name is "console.example.org": is an address of the example',
  ],
  [
    "it has another domain than the API",
    { ...prodWithCustomDomain(), console: consoleAt("music.opencomposer.test") },
    'console.customDomain.name is "music.opencomposer.test": must be another domain than that of the API',
  ],
  ["it is of a kind that there is", { ...prodConfig, console: { kind: "amplify" } }, 'console.kind is "amplify"'],
  [
    "the local start serves it on this machine",
    { ...localConfig, console: { kind: "cloudFront" } },
    'console.kind is "cloudFront": must be `none` in the stage local',
  ],
])("a console is refused unless %s", (_rule, config, message) => {
  expect(messageOf(config)).toContain(message);
});

test.each(["ml.m7g.large", "ml.c7g.large", "ml.foo.bar", "ml.m5.bar", "ml.trn1.2xlarge", "ml.p2.xlarge", "m5.large"])(
  "%s runs none of the images, and the families that do are named",
  (instanceType) => {
    const message = messageOf({
      ...prodConfig,
      training: { ...prodConfig.training, instanceType },
      endpoints: { ...prodConfig.endpoints, "ar-cnn": { kind: "realTime", instanceType, instanceCount: 1 } },
    });
    expect(message).toMatch(/ {2}training\.instanceType is ".*must be an instance type of SageMaker, .*c7i, m4, m5, /);
    expect(message).toMatch(/ {2}endpoints\["ar-cnn"\]\.instanceType is ".*must be an instance type of SageMaker/);
  },
);

test("the machines that may be chosen are those of SageMaker that have x86 processors, with or without CUDA", () => {
  const runsNothing = /^ml\.(?:[a-z]+\d+g[a-z]*|trn\d.*|inf\d|dl\d|p2|[a-z0-9]+-gb\d+)\./;
  for (const [use, types] of [
    ["training", TrainingInstanceType],
    ["endpoint", ProductionVariantInstanceType],
  ] as const) {
    for (const type of Object.values(types)) {
      const expected = runsNothing.test(type) ? undefined : /^ml\.[gp]\d/.test(type) ? "cuda" : "cpu";
      expect([use, type, processorOf(type, use)]).toEqual([use, type, expected]);
    }
    const known = new Set(Object.values(types).map((type) => type.split(".")[1]));
    expect(familiesFor(use).filter((family) => !known.has(family))).toEqual([]);
  }
});

describe("addresses", () => {
  const withOrigins = (...corsOrigins: string[]) => ({ ...prodConfig, api: { ...prodConfig.api, corsOrigins } });
  const withCallbacks = (...callbackUrls: string[]) => ({
    ...prodConfig,
    identity: { ...prodConfig.identity, signInPage: { callbackUrls, logoutUrls: ["https://own.test/"] } },
  });
  const url = fc.oneof(
    fc.webUrl({ withFragments: true, withQueryParameters: true }),
    fc
      .tuple(fc.constantFrom("http", "https", "HTTPS", "ftp"), fc.domain(), fc.constantFrom("", "/", ":443", "/a b"))
      .map(([scheme, host, rest]) => `${scheme}://${host}${rest}`),
    fc.constantFrom(
      "https://A.io",
      "https://u:p@a.io",
      "https://*.a.io",
      "https://a.io.",
      "https://-a.io",
      "https://[::2]",
    ),
  );

  test("an origin that is accepted is what a browser sends, for any text", () => {
    fc.assert(
      fc.property(url, (text) => {
        if (originFault(text) === undefined) expect(text).toBe(new URL(text).origin);
        expect(originFault(new URL("https://own.test/x").origin)).toBeUndefined();
      }),
    );
  });

  test("a callback that is accepted has no fragment and no user, and is spelled as a browser spells it", () => {
    fc.assert(
      fc.property(url, (text) => {
        if (returnAddressFault(text) !== undefined) return;
        const { href, origin, hash, username, password } = new URL(text);
        expect([href, origin]).toContain(text);
        expect([hash, username, password, text.includes("#")]).toEqual(["", "", "", false]);
      }),
    );
  });

  test.each([
    "https://a.io/",
    "https://a.io/app",
    "https://a.io?x=1",
    "https://A.io",
    "https://a.io:443",
    "https://*.a.io",
  ])("%s is no origin", (origin) => {
    expect(messageOf(withOrigins(origin))).toContain(`api.corsOrigins[0] is "${origin}": must be `);
  });

  test("the error writes the origin that is meant", () => {
    expect(messageOf(withOrigins("https://a.io/app"))).toContain('which is "https://a.io"');
  });

  test.each([
    ["https://a.io/#x", "must have no fragment"],
    ["https://u:p@a.io/", "must have no user name"],
    ["https://a.io/a b", "must be spelled as a browser spells it"],
    [`https://a.io/${"x".repeat(1_012)}`, "must have at most 1024 characters"],
    ["http://a.io/", "must be an https URL"],
  ])("%s is no callback", (callback, fault) => {
    expect(messageOf(withCallbacks("https://own.test/", callback))).toContain(fault);
  });

  test.each([
    "https://a.io",
    "https://a.io/",
    "https://a.io/in?x=1",
    "https://a.xn--p1ai/",
    `https://a.io/${"x".repeat(1_011)}`,
  ])("%s is a callback", (callback) => {
    expect(parseStageConfig(withCallbacks(callback)).identity.signInPage?.callbackUrls).toEqual([callback]);
  });

  test("a hundred callbacks are the limit of Cognito", () => {
    const many = Array.from({ length: 101 }, (_, index) => `https://own.test/${index}`);
    const withoutConsole = (callbacks: readonly string[]) => ({
      ...withCallbacks(...callbacks),
      console: { kind: "none" },
    });
    expect(messageOf(withoutConsole(many))).toContain("may have at most 100 entries");
    expect(parseStageConfig(withoutConsole(many.slice(1))).stage).toBe("prod");
    // The console's own is one of them.
    expect(messageOf(withCallbacks(...many.slice(1)))).toContain(
      "must have at most 99 entries where the stage has a console",
    );
    expect(parseStageConfig(withCallbacks(...many.slice(2))).stage).toBe("prod");
  });

  test.each(["http://localhost:5173/", "http://127.0.0.1:1/", "http://[::1]:5173/"])(
    "%s is a callback of dev, and prod refuses it",
    (callback) => {
      const signInPage = { callbackUrls: [callback], logoutUrls: [callback] };
      const identity = { ...devConfig.identity, signInPage };
      expect(parseStageConfig({ ...devConfig, identity }).identity).toEqual(identity);
      expect(messageOf(withCallbacks(callback))).toContain("must be an https URL in the stage prod");
    },
  );

  test.each([
    ["corsOrigins", withOrigins("https://a.io", "https://b.io", "https://a.io"), "api.corsOrigins[2]"],
    ["callbackUrls", withCallbacks("https://a.io/", "https://a.io/"), "identity.signInPage.callbackUrls[1]"],
    [
      "emailAddresses",
      { ...prodConfig, alarms: { emailAddresses: ["a@b.io", "A@b.io"] } },
      'alarms.emailAddresses[1] is "A@b.io"',
    ],
  ])("no entry of %s is given twice", (_, config, field) => {
    expect(messageOf(config)).toContain(field);
    expect(messageOf(config)).toContain("is in the list already");
  });

  test("`*` stands alone", () => {
    const api = { ...devConfig.api, corsOrigins: ["*", "https://a.io"] };
    expect(messageOf({ ...devConfig, api })).toContain("must have no other origin beside `*`");
  });

  test.each([
    ["api.a.io", true],
    ["api.a.xn--p1ai", true],
    ["-api.a.io", false],
    ["api-.a.io", false],
    ["a", false],
    ["a.i", false],
    ["a.12", false],
    ["API.a.io", false],
    ["a..io", false],
    [`${"a".repeat(64)}.io`, false],
  ])("the domain %s may be the API's: %s", (name, expected) => {
    expect(domainName.test(name)).toBe(expected);
  });
});

test.each([
  ["us-gov-west-1", false],
  ["us-gov-east-1", false],
  ["cn-north-1", false],
  ["us-iso-east-1", false],
  ["us-isob-east-1", false],
  ["us-isof-south-1", false],
  ["eu-isoe-west-1", false],
  ["eusc-de-east-1", false],
  ["us-east-1", true],
  ["eu-west-1", true],
  ["ap-southeast-5", true],
  ["mx-central-1", true],
  ["il-central-1", true],
])("the Region %s is supported: %s", (region, isSupported) => {
  if (isSupported) {
    refuseOtherPartitions(region);
    return;
  }
  expect(
    errorOf(() => {
      refuseOtherPartitions(region);
    }),
  ).toContain(`The Region ${region} is not supported`);
});

test("a Region of another partition stops the app before there is a template", () => {
  const run = runApp({ stage: "dev" }, "us-gov-west-1");
  expect({ status: run.status, error: run.stderr }).toEqual({
    status: 1,
    error: expect.stringContaining("The Region us-gov-west-1 is not supported"),
  });
});

test.each(["https://example.org.own.test", "https://counterexample.org", "https://own.test/example.org"])(
  "%s is no address of an example",
  (callback) => {
    const signInPage = { callbackUrls: [callback], logoutUrls: [callback] };
    const identity = { ...prodConfig.identity, signInPage };
    expect(parseStageConfig({ ...prodConfig, identity }).identity.signInPage).toEqual(signInPage);
  },
);

test("local asks for no second factor: its page at MiniStack sets none up", () => {
  expect(messageOf({ ...localConfig, identity: { ...localConfig.identity, mfa: "required" } })).toContain(
    'identity.mfa is "required": must be `off` in the stage local',
  );
});

test("local takes no image from a registry", () => {
  expect(
    messageOf({
      ...localConfig,
      images: { ...localConfig.images, "unet-gan": { training: { kind: "build" }, inference: { kind: "local" } } },
    }),
  ).toContain('images["unet-gan"].training.kind');
});
