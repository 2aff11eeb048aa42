import { RetentionDays } from "aws-cdk-lib/aws-logs";
import { perTrainedTechnique } from "../../naming/resource-names";
import type { StageConfigInput } from "./stage-config";

/** A deployment for trying things out. All its data is deleted with its stacks. */
export const devDefaults: StageConfigInput = {
  stage: "dev",
  removal: "destroy",
  logRetention: RetentionDays.TWO_WEEKS,
  storage: { pointInTimeRecovery: true, deletionProtection: false, noncurrentVersionDays: 7, workDays: 7 },
  api: {
    corsOrigins: ["*"],
    throttle: { rate: 50, burst: 100 },
    publicThrottle: { rate: 10, burst: 20 },
  },
  console: { kind: "cloudFront" },
  identity: {
    passwordGrant: false,
    mfa: "off",
    signInPage: { callbackUrls: ["http://localhost:5173/"], logoutUrls: ["http://localhost:5173/"] },
  },
  userQuotas: {
    openCompositions: 5,
    openTrainingJobs: 2,
    tracks: 100,
    compositions: 500,
    models: 20,
    trainingJobs: 100,
    storedBytes: 1024 ** 3,
    datasets: 20,
  },
  functions: { logLevel: "DEBUG", reservedConcurrency: {} },
  compositions: { concurrency: 2 },
  training: {
    instanceType: "ml.m5.xlarge",
    volumeSizeGb: 10,
    // The first training of a new deployment should not depend on whether the spot market has a machine.
    useSpot: false,
    slots: 1,
    runtimeLimitSeconds: 14_400,
    queueDeadlineSeconds: 14_400,
    capacityDeadlineSeconds: 7_200,
    slotLeaseSeconds: 300,
    monitor: { firstSeconds: 15, laterSeconds: 60, firstForSeconds: 300 },
    waitSeconds: 60,
  },
  reconcileMinutes: 5,
  images: perTrainedTechnique(() => ({ training: { kind: "build" }, inference: { kind: "build" } })),
  endpoints: perTrainedTechnique(() => ({ kind: "serverless", memoryMb: 2048, maxConcurrency: 2 })),
  // AWS's default pool of a new account, and a machine for each technique.
  endpointLimits: { serverlessConcurrency: 10, instances: 3 },
  alarms: { emailAddresses: [] },
};
