/**
 * A training that waits goes on with the settings that it began with, under roles that have the new ones. The runbook
 * names each setting whose change refuses what such a training asks for.
 */
import { readFileSync } from "node:fs";
import { parseStageConfig } from "../../lib/config/load-stage-config";
import type { StageConfig } from "../../lib/config/stage-config";
import { repositoryPath } from "../../lib/constructs/repository-root";
import { perTrainedTechnique } from "../../naming/resource-names";
import { devConfig } from "../infra/support/stage-configs";
import { synthesize } from "../infra/support/synthesize";
import { evaluate, type RequestedPermission, type Statement } from "./policy-evaluation";
import { type StageRole, stageRoles } from "./stage-roles";

const { instanceType, runtimeLimitSeconds, useSpot, slots } = devConfig.training;

const statementsOf = (roles: readonly StageRole[], name: string): readonly Statement[] =>
  roles.find((role) => role.name === name)?.statements ?? [];

const ofStage = (config: StageConfig): readonly StageRole[] => stageRoles(synthesize(config));
const before = ofStage(devConfig);

/** Returns a resource of the statement that allows the action. */
const resourceOf = (roles: readonly StageRole[], name: string, action: string): string =>
  statementsOf(roles, name).find(({ actions }) => actions.includes(action))?.resources[0] ?? "none";

/** What a job asks for that was launched by the settings before. */
const asked: readonly { readonly role: string; readonly permission: RequestedPermission }[] = [
  {
    role: "workflow/launch-training-job",
    permission: {
      action: "sagemaker:CreateTrainingJob",
      resource: resourceOf(before, "workflow/launch-training-job", "sagemaker:CreateTrainingJob").replaceAll(
        "*",
        "job",
      ),
      context: {
        "sagemaker:InstanceTypes": [instanceType],
        "sagemaker:MaxRuntimeInSeconds": [String(runtimeLimitSeconds)],
        "sagemaker:NetworkIsolation": ["true"],
      },
    },
  },
  {
    role: "training jobs",
    permission: {
      action: "ecr:BatchGetImage",
      resource: resourceOf(before, "training jobs", "ecr:BatchGetImage"),
    },
  },
];

const refusedAfter = (config: StageConfig): readonly string[] => {
  const roles = ofStage(config);
  return asked
    .filter(({ role, permission }) => evaluate(statementsOf(roles, role), permission) !== "ALLOWED")
    .map(({ permission }) => permission.action);
};

const training = (change: Partial<StageConfig["training"]>): StageConfig =>
  parseStageConfig({ ...devConfig, training: { ...devConfig.training, ...change } });
const image = {
  kind: "uri" as const,
  uri: `123456789012.dkr.ecr.us-east-1.amazonaws.com/music@sha256:${"0".repeat(64)}`,
};
const images = perTrainedTechnique(() => ({ training: image, inference: image }));

test("nothing is refused as long as the settings stay", () => {
  expect(refusedAfter(devConfig)).toEqual([]);
});

test("the policies repeat two settings, and the repository of the images", () => {
  const creating = statementsOf(before, "workflow/launch-training-job").filter(({ actions }) =>
    actions.includes("sagemaker:CreateTrainingJob"),
  );
  const keys = creating.flatMap(({ conditions }) => Object.values(conditions).flatMap((one) => Object.keys(one)));
  // A job is always isolated from the network, so no setting decides the last.
  expect([...new Set(keys)].toSorted()).toEqual([
    "sagemaker:InstanceTypes",
    "sagemaker:MaxRuntimeInSeconds",
    "sagemaker:NetworkIsolation",
  ]);
});

const heading = "## Settings that end trainings that wait";
const section = readFileSync(repositoryPath("docs", "runbook.md"), "utf8").split(heading)[1]?.split("\n## ")[0] ?? "";
const [ending = "", safe = ""] = section.split("Every other setting is safe");

test.each([
  ["`training.instanceType`", training({ instanceType: "ml.c5.xlarge" }), "sagemaker:CreateTrainingJob"],
  [
    "a lower `training.runtimeLimitSeconds`",
    training({ runtimeLimitSeconds: runtimeLimitSeconds - 1 }),
    "sagemaker:CreateTrainingJob",
  ],
  ["`images`", parseStageConfig({ ...devConfig, images }), "ecr:BatchGetImage"],
])("a change of %s refuses what waits, and the runbook says so", (setting, config, action) => {
  expect(refusedAfter(config)).toEqual([action]);
  expect(ending).toContain(setting);
});

test.each([
  ["`training.useSpot`", training({ useSpot: !useSpot })],
  ["`training.slots`", training({ slots: slots + 1 })],
  ["a higher `training.runtimeLimitSeconds`", training({ runtimeLimitSeconds: runtimeLimitSeconds + 1 })],
])("a change of %s refuses nothing that waits, and the runbook says so", (setting, config) => {
  expect(refusedAfter(config)).toEqual([]);
  expect(safe).toContain(setting);
});
