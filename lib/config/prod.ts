import { RetentionDays } from "aws-cdk-lib/aws-logs";
import { perTrainedTechnique } from "../../naming/resource-names";
import type { StageConfigInput } from "./stage-config";

/**
 * A deployment that people rely on. Its data outlives the stacks. Only its deployer knows the values of the empty lists,
 * and without them the stage is refused.
 */
export const prodDefaults: StageConfigInput = {
  stage: "prod",
  removal: "retain",
  logRetention: RetentionDays.THREE_MONTHS,
  storage: { pointInTimeRecovery: true, deletionProtection: true, noncurrentVersionDays: 30, workDays: 7 },
  api: {
    corsOrigins: [],
    throttle: { rate: 100, burst: 200 },
    publicThrottle: { rate: 20, burst: 40 },
  },
  console: { kind: "cloudFront" },
  identity: {
    passwordGrant: false,
    mfa: "off",
    signInPage: { callbackUrls: [], logoutUrls: [] },
  },
  userQuotas: {
    openCompositions: 10,
    openTrainingJobs: 2,
    tracks: 500,
    compositions: 2_000,
    models: 50,
    trainingJobs: 200,
    storedBytes: 4 * 1024 ** 3,
    datasets: 20,
  },
  functions: { logLevel: "INFO", reservedConcurrency: {} },
  compositions: { concurrency: 2 },
  training: {
    instanceType: "ml.m5.xlarge",
    volumeSizeGb: 10,
    useSpot: true,
    slots: 2,
    runtimeLimitSeconds: 86_400,
    queueDeadlineSeconds: 21_600,
    capacityDeadlineSeconds: 10_800,
    slotLeaseSeconds: 600,
    monitor: { firstSeconds: 15, laterSeconds: 64, firstForSeconds: 300 },
    waitSeconds: 120,
  },
  reconcileMinutes: 5,
  images: perTrainedTechnique(() => ({ training: { kind: "build" }, inference: { kind: "build" } })),
  endpoints: perTrainedTechnique(() => ({ kind: "serverless", memoryMb: 2048, maxConcurrency: 2 })),
  // AWS's default pool of a new account, and a machine for each technique.
  endpointLimits: { serverlessConcurrency: 10, instances: 3 },
  alarms: { emailAddresses: [] },
};
