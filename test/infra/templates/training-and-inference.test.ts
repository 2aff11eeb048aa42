/** The templates of the training workflow, of the endpoints, and of their images. */
import { readFileSync } from "node:fs";
import { Match } from "aws-cdk-lib/assertions";
import * as z from "zod";
import { parseStageConfig } from "../../../lib/config/load-stage-config";
import { repositoryPath } from "../../../lib/constructs/repository-root";
import { trainedTechniqueIds } from "../../../naming/resource-names";
import { allowing } from "../support/policy-statements";
import { prodConfig } from "../support/stage-configs";
import { property, synthesize } from "../support/synthesize";

const prod = synthesize("prod");

describe("training workflow", () => {
  const { resources } = prod.stack("Training");
  const [machine] = prod.resourcesOf("AWS::StepFunctions::StateMachine");
  const definition = readFileSync(repositoryPath("stepfunctions", "training-workflow.asl.json"), "utf8");

  test("is the ASL file, Standard, logged without data, traced, and limited in time", () => {
    expect(machine?.resource.Properties).toMatchObject({
      StateMachineType: "STANDARD",
      DefinitionString: definition,
      LoggingConfiguration: { Level: "ALL", IncludeExecutionData: false },
      TracingConfiguration: { Enabled: true },
    });
    expect(z.looseObject({ TimeoutSeconds: z.int().min(1) }).safeParse(JSON.parse(definition)).success).toBe(true);
  });

  test("every substitution of the file is given, every given one is used, each a version of its function", () => {
    const given = z
      .record(z.string(), z.looseObject({ Ref: z.string() }))
      .parse(machine?.resource.Properties["DefinitionSubstitutions"]);
    const used = new Set([...definition.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name));
    expect(Object.keys(given).sort()).toEqual([...used].sort());
    for (const [name, { Ref }] of Object.entries(given)) {
      const version = resources[Ref];
      expect([name, version?.Type, version?.DeletionPolicy, version?.UpdateReplacePolicy]).toEqual([
        name,
        "AWS::Lambda::Version",
        // Kept for executions that still run, but deleted in the rollback of the update that made it: Lambda publishes
        // no second version of the same code, and the next deploy of this code would fail.
        "RetainExceptOnCreate",
        "Retain",
      ]);
      expect(Ref).toContain(name.replace(/FunctionArn$/, ""));
    }
  });

  test("may call every version of its steps and nothing else", () => {
    const [invoke, ...more] = allowing(prod, "lambda:InvokeFunction");
    expect(more).toEqual([]);
    expect(invoke?.policy).toMatch(/StateMachine/);
    expect(invoke?.Resource).toHaveLength(6);
    for (const resource of invoke?.Resource ?? []) expect(JSON.stringify(resource)).toMatch(/":\*"/);
  });
});

describe("inference", () => {
  test("is serverless by default, with its concurrency and memory stated", () => {
    const { template } = prod.stack("Inference");
    template.hasResourceProperties("AWS::SageMaker::EndpointConfig", {
      ProductionVariants: [
        { ServerlessConfig: { MemorySizeInMB: 2048, MaxConcurrency: 2 }, InstanceType: Match.absent() },
      ],
    });
    template.resourceCountIs("AWS::SageMaker::Endpoint", trainedTechniqueIds.length);
    for (const technique of trainedTechniqueIds) {
      template.hasResourceProperties("AWS::SageMaker::Endpoint", { EndpointName: `opencomposer-prod-${technique}` });
    }
  });

  test("models are fetched from the artifacts bucket's own host only", () => {
    const models = prod.resourcesOf("AWS::SageMaker::Model");
    expect(models).toHaveLength(trainedTechniqueIds.length);
    for (const { resource } of models) {
      const { Environment } = z
        .looseObject({ Environment: z.record(z.string(), z.unknown()) })
        .parse(resource.Properties["PrimaryContainer"]);
      expect(Object.keys(Environment)).toEqual(["OPENCOMPOSER_MODEL_ORIGINS"]);
      expect(JSON.stringify(Environment)).toMatch(/"https:\/\/".*Artefacts/);
    }
  });

  test("a change makes a new model and a new configuration: neither has a name that would be in the way", () => {
    for (const [type, name] of [
      ["AWS::SageMaker::Model", "ModelName"],
      ["AWS::SageMaker::EndpointConfig", "EndpointConfigName"],
    ] as const) {
      for (const { resource } of prod.resourcesOf(type)) expect(property(resource, name)).toBeUndefined();
    }
  });

  test("can be real-time by stage option", () => {
    const realTime = synthesize(
      parseStageConfig({
        ...prodConfig,
        endpoints: {
          ...prodConfig.endpoints,
          "unet-gan": { kind: "realTime", instanceType: "ml.c5.large", instanceCount: 1 },
        },
      }),
    );
    realTime.stack("Inference").template.hasResourceProperties("AWS::SageMaker::EndpointConfig", {
      ProductionVariants: [{ InstanceType: "ml.c5.large", InitialInstanceCount: 1, ServerlessConfig: Match.absent() }],
    });
  });

  test("an image that is in ECR already is pinned as written, and only its repository may be pulled", () => {
    const uri = `123456789012.dkr.ecr.eu-west-1.amazonaws.com/music/unet-gan@sha256:${"0".repeat(64)}`;
    const pinned = synthesize(
      parseStageConfig({
        ...prodConfig,
        images: {
          ...prodConfig.images,
          "unet-gan": { training: { kind: "uri", uri }, inference: { kind: "uri", uri } },
        },
      }),
    );
    pinned.stack("Inference").template.hasResourceProperties("AWS::SageMaker::Model", {
      PrimaryContainer: { Image: uri },
    });
    expect(JSON.stringify(pinned.resourcesOf("AWS::IAM::Policy"))).toContain(
      ":ecr:eu-west-1:123456789012:repository/music/unet-gan",
    );
  });
});

test("each technique has two images of its own from the one Dockerfile, whose build has the stages that they name", () => {
  const built = prod.imageBuilds.map(({ dockerFile, dockerBuildTarget, dockerBuildArgs, platform, dockerOutputs }) => ({
    dockerFile,
    dockerOutputs,
    image: `${dockerBuildArgs["TECHNIQUE"]} ${dockerBuildTarget}`,
    platform,
  }));
  const wanted = trainedTechniqueIds.flatMap((technique) => [`${technique} inference`, `${technique} training`]);
  expect(built.map(({ image }) => image).sort()).toEqual(wanted.sort());
  const dockerfile = readFileSync(repositoryPath("sagemaker-containers", "Dockerfile"), "utf8");
  for (const { dockerFile, platform, dockerOutputs } of built) {
    expect({ dockerFile, platform, dockerOutputs }).toEqual({
      dockerFile: "sagemaker-containers/Dockerfile",
      platform: "linux/amd64",
      // SageMaker hosting refuses an OCI manifest.
      dockerOutputs: ["type=docker,oci-mediatypes=false"],
    });
  }
  for (const target of ["training", "inference"])
    expect(dockerfile).toMatch(new RegExp(`^FROM base AS ${target}$`, "m"));
});
