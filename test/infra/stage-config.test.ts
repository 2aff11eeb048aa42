import { loadStageConfig, parseStageConfig, StageConfigError } from "../../lib/config/load-stage-config";
import { localConfig } from "../../lib/config/local";
import { prodConfig } from "../../lib/config/prod";
import { stages } from "../../naming/resource-names";

const messageOf = (config: unknown): string => {
  try {
    parseStageConfig(config);
  } catch (error) {
    if (error instanceof StageConfigError) return error.message;
    throw error;
  }
  throw new Error("The configuration was accepted.");
};

test.each(stages)("the configuration of %s is valid", (stage) => {
  expect(loadStageConfig(stage).stage).toBe(stage);
});

test.each(["production", "", undefined, 1, "toString"])("there is no stage %p", (stage) => {
  expect(() => loadStageConfig(stage)).toThrow(/use -c stage=local\|dev\|prod/);
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
  ["passwords are sent to Cognito in local only", { identity: { passwordGrant: true } }, "identity.passwordGrant"],
  ["someone can sign in", { identity: { passwordGrant: false } }, "identity.signInPage"],
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
    "a lease outlives slow looks",
    { training: { ...prodConfig.training, slotLeaseSeconds: 60 } },
    "training.slotLeaseSeconds",
  ],
  [
    "an endpoint takes what the workers send",
    { endpoints: { ...prodConfig.endpoints, "unet-gan": { kind: "serverless", memoryMb: 2048, maxConcurrency: 1 } } },
    'endpoints["unet-gan"].maxConcurrency',
  ],
  [
    "SageMaker has no such memory size",
    { endpoints: { ...prodConfig.endpoints, "unet-gan": { kind: "serverless", memoryMb: 1500, maxConcurrency: 10 } } },
    'endpoints["unet-gan"].memoryMb',
  ],
  ["data that is to be destroyed is not protected", { removal: "destroy" }, "storage.deletionProtection"],
])("prod is refused unless %s", (_rule, change, field) => {
  expect(messageOf({ ...prodConfig, ...change })).toContain(field);
});

test("local takes no image from a registry", () => {
  expect(
    messageOf({
      ...localConfig,
      images: { ...localConfig.images, "unet-gan": { training: { kind: "build" }, inference: { kind: "local" } } },
    }),
  ).toContain('images["unet-gan"].training.kind');
});
