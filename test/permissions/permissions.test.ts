/**
 * Every function of `prod` runs on a local cloud, on every path that calls AWS in a way of its own. Each call is recorded
 * and held against the function's role, and each permission of a role against the calls.
 */
import { parseStageConfig } from "../../lib/config/load-stage-config";
import { localRegion } from "../../local/cloud/ministack";
import {
  localAccountId,
  perTrainedTechnique,
  resourcePrefix,
  type Stage,
  type TrainedTechniqueId,
  trainedTechniqueIds,
} from "../../naming/resource-names";
import { prodConfig, stageConfigs } from "../infra/support/stage-configs";
import { synthesize } from "../infra/support/synthesize";
import { callsOfAws } from "./calls-of-aws";
import { grantsOf, isUsedBy, type KnownCall, refusedCalls, unusedGrants, wideGrants } from "./grants";
import { renderPermissions, writtenBetween } from "./permissions-page";
import type { RequestedPermission } from "./policy-evaluation";
import { functionFolders, type RecordedFunctions, startRecordedFunctions } from "./recorded-functions";
import { faultOfVocabulary, isKnownAction } from "./service-authorization";
import { type StageRole, stageRoles } from "./stage-roles";
import { unwalkedPlaces } from "./unwalked-places";
import { walkThroughComposing } from "./walk-of-composing";
import { walkThroughDatasets } from "./walk-of-datasets";
import { walkThroughErasing } from "./walk-of-erasing";
import { walkThroughTraining } from "./walk-of-training";

let functions: RecordedFunctions;
beforeAll(async () => {
  // The scripted SageMaker knows a technique's container by its image.
  const image = (technique: TrainedTechniqueId) => ({
    kind: "uri" as const,
    uri: `${localAccountId}.dkr.ecr.${localRegion}.amazonaws.com/music/${technique}@sha256:${"0".repeat(64)}`,
  });
  const images = perTrainedTechnique((technique) => ({ training: image(technique), inference: image(technique) }));
  functions = await startRecordedFunctions(synthesize(parseStageConfig({ ...prodConfig, images })));
  await walkThroughComposing(functions);
  await walkThroughDatasets(functions);
  await walkThroughTraining(functions);
  await walkThroughErasing(functions);
});
afterAll(async () => {
  printFigures();
  await functions.stop();
});

/** The functions read what differs between stages from their environment: names, instance type, longest run. */
function asIn(stage: Stage, { action, resource, context }: RequestedPermission): RequestedPermission {
  const { instanceType, runtimeLimitSeconds } = stageConfigs[stage].training;
  return {
    action,
    resource: resource.replace(resourcePrefix("prod"), resourcePrefix(stage)),
    ...(context === undefined
      ? {}
      : {
          context: {
            ...context,
            ...(action === "sagemaker:CreateTrainingJob"
              ? {
                  "sagemaker:InstanceTypes": [instanceType],
                  "sagemaker:MaxRuntimeInSeconds": [String(runtimeLimitSeconds)],
                }
              : {}),
          },
        }),
  };
}

interface Judged {
  readonly roles: readonly StageRole[];
  readonly recorded: readonly KnownCall[];
  readonly listed: readonly KnownCall[];
}

const judgements = new Map<Stage, Judged>();

/** Brings the roles of a stage and the calls together, once for each stage. */
function judge(name: Stage): Judged {
  const known = judgements.get(name);
  if (known !== undefined) return known;
  const stage = synthesize(name);
  const roles = stageRoles(stage);
  const recorded = [...functions.calls].flatMap(([role, calls]) =>
    calls.flatMap(({ operation, permissions }) =>
      permissions.map((permission) => ({ role, permission: asIn(name, permission), why: operation })),
    ),
  );
  const launched = [...functions.sageMaker.trainingJobs.values()].map(({ request }) => request);
  const listed = callsOfAws({ stage, roles, launched }).flatMap(({ role, permissions, reason, source }) =>
    permissions.map((permission) => ({ role, permission, why: reason, source })),
  );
  const judged = { roles, recorded, listed };
  judgements.set(name, judged);
  return judged;
}

/** How much was recorded, and how much of what the roles of `prod` grant it needs. */
function printFigures(): void {
  const { roles, recorded, listed } = judge("prod");
  const calls = [...functions.calls.values()].flat();
  const kinds = new Set(recorded.map(({ permission, role }) => `${role} ${permission.action}`));
  const grants = grantsOf(roles);
  const needed = grants.filter((grant) => recorded.some((call) => isUsedBy(grant, call)));
  const unused = unusedGrants(roles, [...recorded, ...listed]);
  const reasons = new Set(listed.map(({ why }) => why));
  process.stdout.write(
    [
      `${functionFolders.length} functions, ${roles.length} roles; ${calls.length} calls recorded, which ask for ${kinds.size} kinds of permission`,
      `${grants.length} permissions granted: ${needed.length} needed by recorded calls, ${grants.length - needed.length - unused.length} by calls that AWS makes for ${reasons.size} listed reasons, ${unused.length} unused\n`,
    ].join("\n"),
  );
}

describe.each(["prod", "dev"] as const)("%s", (name) => {
  let judged: Judged;
  beforeAll(() => {
    judged = judge(name);
  });

  test("every call is allowed", () => {
    const { roles, recorded, listed } = judged;
    expect(refusedCalls(roles, [...recorded, ...listed])).toEqual([]);
  });

  test("every permission is needed by a call that was recorded, or that AWS makes for a reason", () => {
    const { roles, recorded, listed } = judged;
    expect(unusedGrants(roles, [...recorded, ...listed])).toEqual([]);
  });

  test("no permission on users' objects is wider than the folder that is used", () => {
    const { roles, recorded, listed } = judged;
    // SageMaker alone knows what it may write beside the model.
    const ofFunctions = roles.filter(({ service }) => service === "lambda.amazonaws.com");
    // An erasure deletes whatever kind of file a user has, also one that comes later (docs/adr/0059-erasure.md).
    const ofErasure = "events/erase-user-data: s3:DeleteObjectVersion on ";
    const wide = wideGrants(ofFunctions, [...recorded, ...listed]);
    expect(wide.filter((grant) => !grant.startsWith(ofErasure))).toEqual([]);
  });

  test("every listed call says why, and where AWS says so", () => {
    for (const { why, source } of judged.listed) {
      expect(why).not.toBe("");
      expect(source).toMatch(/^https:\/\/docs\.aws\.amazon\.com\//);
    }
  });

  test("every action is one of AWS's, on a resource and with context keys that AWS knows for it", async () => {
    const { roles, recorded, listed } = judged;
    const unknown = new Set<string>();
    for (const { action } of grantsOf(roles)) if (!(await isKnownAction(action))) unknown.add(action);
    for (const { permission } of [...recorded, ...listed]) {
      const fault = await faultOfVocabulary(permission);
      if (fault !== undefined) unknown.add(fault);
    }
    expect([...unknown]).toEqual([]);
  });

  test("there is a role for each function, the workflow, the training jobs and each endpoint, and no other", () => {
    const endpoints = trainedTechniqueIds.map((technique) => `endpoint ${technique}`);
    const others = ["training jobs", "training workflow", ...endpoints];
    expect(judged.roles.map((role) => role.name).sort()).toEqual([...functionFolders, ...others].sort());
  });
});

test("every function calls AWS but the one that needs no data", () => {
  const silent = [...functions.calls].filter(([, calls]) => calls.length === 0).map(([folder]) => folder);
  expect(silent).toEqual(["api/discovery"]);
});

describe("every place that leads to a call of AWS", () => {
  let uncovered: readonly { readonly folder: string; readonly place: string }[];
  beforeAll(() => {
    uncovered = functionFolders.flatMap((folder) =>
      functions.uncoveredPlaces(folder).map((place) => ({ folder, place })),
    );
  });

  test("has run, or is listed with its reason", () => {
    const listed = new Set(unwalkedPlaces.map(({ place }) => place));
    expect(uncovered.filter(({ place }) => !listed.has(place))).toEqual([]);
  });

  test("has its permissions where it has not run", () => {
    const grants = grantsOf(judge("prod").roles);
    const missing = uncovered.flatMap(({ folder, place }) =>
      unwalkedPlaces
        .filter((one) => one.place === place)
        .flatMap(({ actions }) => actions)
        .filter((action) => !grants.some((grant) => grant.role === folder && grant.action === action))
        .map((action) => `${folder} ${place}: ${action}`),
    );
    expect(missing).toEqual([]);
  });

  test("is listed only if it has not run", () => {
    const places = new Set(uncovered.map(({ place }) => place));
    expect(unwalkedPlaces.filter(({ place }) => !places.has(place))).toEqual([]);
  });
});

test("docs/permissions.md says what the roles of prod may do", () => {
  const { tableName, artifactsBucket, workBucket } = functions.local;
  const words = {
    [`table/${tableName}`]: "table",
    [artifactsBucket]: "artifacts",
    [workBucket]: "work",
    [localAccountId]: "ACCOUNT",
    [localRegion]: "REGION",
  };
  writtenBetween("permissions", renderPermissions({ ...judge("prod"), words }));
});

describe("the checks find", () => {
  const of = (name: string, { roles }: Judged): StageRole => {
    const role = roles.find((one) => one.name === name);
    if (role === undefined) throw new Error(`no role ${name}`);
    return role;
  };
  const withStatement = (role: StageRole, statement: StageRole["statements"][number]): StageRole => ({
    ...role,
    statements: [...role.statements, statement],
  });
  let judged: Judged;
  beforeAll(() => {
    judged = judge("prod");
  });

  test("each statement that a function's role lacks", () => {
    const { roles, recorded, listed } = judged;
    const calls = [...recorded, ...listed];
    const unnoticed = roles.flatMap((role) =>
      role.statements.flatMap((_, index) => {
        const poorer = { ...role, statements: role.statements.toSpliced(index, 1) };
        const refused = refusedCalls(
          [poorer],
          calls.filter((call) => call.role === role.name),
        );
        return refused.length > 0 ? [] : [`${role.name} ${index}`];
      }),
    );
    expect(unnoticed).toEqual([]);
  });

  test("an action, a resource and a folder too many", () => {
    const { roles, recorded, listed } = judged;
    const calls = [...recorded, ...listed];
    const register = of("workflow/register-model", judged);
    const more = { effect: "Allow" as const, conditions: {} };
    const table = functions.local.tableName;
    const query = {
      ...more,
      actions: ["dynamodb:Query"],
      resources: [`arn:aws:dynamodb:${localRegion}:${localAccountId}:table/${table}`],
    };
    expect(unusedGrants([withStatement(register, query)], calls)).toEqual([
      `workflow/register-model: dynamodb:Query on ${query.resources.join()}`,
    ]);
    const elsewhere = { ...more, actions: ["s3:GetObject"], resources: ["arn:aws:s3:::elsewhere/*"] };
    expect(unusedGrants([withStatement(register, elsewhere)], calls)).toHaveLength(1);
    const wide = {
      ...more,
      actions: ["s3:GetObject"],
      resources: [`arn:aws:s3:::${functions.local.workBucket}/users/*`],
    };
    expect(wideGrants([withStatement(register, wide)], calls)).toEqual([
      "workflow/register-model: s3:GetObject on users/*, and uses users/*/training-jobs/*/output/*/output/model",
    ]);
    expect(roles.length).toBeGreaterThan(0);
  });

  test("a job that is larger, longer or less isolated than the stage allows, and a role that is not ours to pass", () => {
    const launch = of("workflow/launch-training-job", judged);
    const created = judged.recorded.find(({ permission }) => permission.action === "sagemaker:CreateTrainingJob");
    const passed = judged.recorded.find(({ permission }) => permission.action === "iam:PassRole");
    if (created === undefined || passed === undefined) throw new Error("no job was launched");
    const refusesWith = (call: KnownCall, change: Partial<RequestedPermission>): boolean => {
      const permission = { ...call.permission, ...change };
      return refusedCalls([launch], [{ ...call, permission }]).length === 1;
    };
    const { context = {} } = created.permission;
    expect(refusesWith(created, {})).toBe(false);
    for (const change of [
      { "sagemaker:InstanceTypes": ["ml.p4d.24xlarge"] },
      { "sagemaker:MaxRuntimeInSeconds": ["86401"] },
      { "sagemaker:NetworkIsolation": ["false"] },
    ]) {
      expect([change, refusesWith(created, { context: { ...context, ...change } })]).toEqual([change, true]);
    }
    expect(refusesWith(created, { resource: created.permission.resource.replace("prod", "other") })).toBe(true);
    expect(refusesWith(passed, { resource: `arn:aws:iam::${localAccountId}:role/Admin` })).toBe(true);
    expect(refusesWith(passed, { context: { "iam:PassedToService": ["ec2.amazonaws.com"] } })).toBe(true);
  });
});
