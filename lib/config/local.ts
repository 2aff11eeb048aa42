import { RetentionDays } from "aws-cdk-lib/aws-logs";
import { perTrainedTechnique } from "../../naming/resource-names";
import type { StageConfigInput } from "./stage-config";

/**
 * A deployment on one machine without an AWS account: MiniStack takes the deploy, and local/ stands in for SageMaker.
 */
export const localDefaults: StageConfigInput = {
  stage: "local",
  removal: "destroy",
  logRetention: RetentionDays.ONE_WEEK,
  storage: { pointInTimeRecovery: true, deletionProtection: false, noncurrentVersionDays: 30, workDays: 7 },
  api: {
    corsOrigins: ["*"],
    throttle: { rate: 50, burst: 100 },
    publicThrottle: { rate: 10, burst: 20 },
  },
  console: { kind: "none" },
  identity: {
    passwordGrant: true,
    mfa: "off",
    signInPage: { callbackUrls: ["http://localhost:5173/"], logoutUrls: ["http://localhost:5173/"] },
  },
  userQuotas: {
    openCompositions: 10,
    openTrainingJobs: 5,
    tracks: 500,
    compositions: 1_000,
    models: 100,
    trainingJobs: 500,
    storedBytes: 4 * 1024 ** 3,
    datasets: 20,
  },
  functions: { logLevel: "INFO", reservedConcurrency: {} },
  compositions: { concurrency: 2 },
  training: {
    instanceType: "ml.m5.xlarge",
    volumeSizeGb: 10,
    useSpot: false,
    // Each training job needs both cores of a small machine.
    slots: 1,
    runtimeLimitSeconds: 86_400,
    queueDeadlineSeconds: 7_200,
    capacityDeadlineSeconds: 600,
    slotLeaseSeconds: 200,
    monitor: { firstSeconds: 2, laterSeconds: 64, firstForSeconds: 60 },
    waitSeconds: 20,
  },
  reconcileMinutes: 1,
  images: perTrainedTechnique(() => ({ training: { kind: "local" }, inference: { kind: "local" } })),
  endpointLimits: { serverlessConcurrency: 10, instances: 3 },
};
