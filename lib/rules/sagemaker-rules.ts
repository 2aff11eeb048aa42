import * as z from "zod";
import { basesWithoutDigest } from "./dockerfile-bases";
import type { Rule, RuleContext } from "./rule";

const stateMachineSchema = z.looseObject({ DefinitionString: z.string() });
const definitionSchema = z.looseObject({
  TimeoutSeconds: z.number().optional(),
  States: z.record(
    z.string(),
    z.looseObject({ Type: z.string(), Resource: z.string().optional(), TimeoutSeconds: z.number().optional() }),
  ),
});

const endpointConfigSchema = z.looseObject({
  ProductionVariants: z.array(
    z.looseObject({
      ServerlessConfig: z.looseObject({ MaxConcurrency: z.number() }).optional(),
      InitialInstanceCount: z.number().optional(),
    }),
  ),
});

/** An address of an image in ECR up to its end: what stands before the registry's domain may be a reference. */
const imageAddress = /\.dkr\.ecr\.[^/\s]*\/([^\s"\\]+)/g;
/** The CDK's own repository, whose tags are immutable; an asset's tag is the digest of all that it is built from. */
const asset = /^cdk-[a-z0-9]+-container-assets-.*:[0-9a-f]{64}$/;
const digest = /@sha256:[0-9a-f]{64}$/;

/** Returns what is wrong with the images that a part of a template names. */
function faultsOfImages(value: unknown, { dockerfile }: RuleContext): readonly string[] {
  const images = [...JSON.stringify(value).matchAll(imageAddress)].map(([, image = ""]) => image);
  return images.flatMap((image) => {
    if (digest.test(image)) return [];
    if (!asset.test(image)) return [`${image} is not named by its digest`];
    return basesWithoutDigest(dockerfile).map(
      (base) => `${base}, the base of a built image, is not named by its digest`,
    );
  });
}

/** The longest that Step Functions lets an execution of one training job last, in seconds. */
const longestExecutionSeconds = 14 * 86_400;

export const sageMakerRules: readonly Rule[] = [
  {
    id: "TRAIN2",
    info: "The workflow ends by itself, later than the longest training job, and leaves the creation of jobs to its function.",
    explanation:
      "An execution without a limit can wait for ever and hold a slot; one with too short a limit is cut off in the middle of a job. The function's role is bound to jobs without network and of bounded length, the role of a state machine would be another way past that.",
    types: ["AWS::StepFunctions::StateMachine"],
    findings: ({ Properties }, { config }) => {
      const { DefinitionString } = stateMachineSchema.parse(Properties);
      const { TimeoutSeconds = Infinity, States } = definitionSchema.parse(JSON.parse(DefinitionString));
      const { queueDeadlineSeconds, capacityDeadlineSeconds, runtimeLimitSeconds } = config.training;
      // On spot machines a job may wait for capacity a second time, inside SageMaker.
      const needed = queueDeadlineSeconds + 2 * capacityDeadlineSeconds + runtimeLimitSeconds;
      const tasks = Object.entries(States).filter(([, { Type }]) => Type === "Task");
      return [
        ...(TimeoutSeconds <= longestExecutionSeconds ? [] : ["an execution may last for ever"]),
        ...(TimeoutSeconds > needed
          ? []
          : [`an execution ends after ${TimeoutSeconds} s, and one with the longest job needs ${needed} s`]),
        ...tasks.filter(([, task]) => task.TimeoutSeconds === undefined).map(([name]) => `${name} has no time limit`),
        ...tasks
          .filter(([, { Resource }]) => /:states:::(?:aws-sdk:)?sagemaker/.test(Resource ?? ""))
          .map(([name]) => `${name} calls SageMaker by itself`),
      ];
    },
  },
  {
    id: "IMAGE1",
    info: "In prod every image is named by its digest, or is built from a Dockerfile whose base is.",
    explanation:
      "A tag can be moved to another image. Then the code that trains on users' music, or plays their models, is not the code that was reviewed.",
    types: ["AWS::SageMaker::Model", "AWS::Lambda::Function"],
    findings: ({ Properties }, context) => (context.config.stage === "prod" ? faultsOfImages(Properties, context) : []),
  },
  {
    id: "ENDPOINT1",
    info: "All endpoints together take no more serverless concurrency, and no more machines, than the stage's limits say.",
    explanation:
      "All serverless endpoints of an account share one pool, which is 10 in new accounts, and a machine that nobody counted costs day and night.",
    types: ["AWS::SageMaker::EndpointConfig"],
    findings: ({ Type }, { config: { endpointLimits }, resourcesOf }) => {
      const variants = resourcesOf(Type).flatMap(
        ({ Properties }) => endpointConfigSchema.parse(Properties).ProductionVariants,
      );
      const concurrency = variants.reduce(
        (total, { ServerlessConfig }) => total + (ServerlessConfig?.MaxConcurrency ?? 0),
        0,
      );
      const instances = variants.reduce(
        (total, { ServerlessConfig, InitialInstanceCount = 1 }) =>
          total + (ServerlessConfig === undefined ? InitialInstanceCount : 0),
        0,
      );
      return [
        ...(concurrency <= endpointLimits.serverlessConcurrency
          ? []
          : [`concurrency ${concurrency}, and the stage's limit is ${endpointLimits.serverlessConcurrency}`]),
        ...(instances <= endpointLimits.instances
          ? []
          : [`${instances} machines, and the stage's limit is ${endpointLimits.instances}`]),
      ];
    },
  },
];
