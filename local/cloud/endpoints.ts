import { setTimeout as sleep } from "node:timers/promises";
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  DescribeEndpointCommand,
  type SageMakerClient,
  SageMakerServiceException,
} from "@aws-sdk/client-sagemaker";
import { endpointName, localImageUri, type TechniqueId } from "../../naming/resource-names";

/**
 * Creates the endpoint of a technique on the local SageMaker, as the Inference stack does on AWS: model, configuration
 * and serverless endpoint. An endpoint that is there from an earlier start is replaced, because its model server's
 * settings (the addresses of this run) may have changed.
 * @throws Error with SageMaker's reason where it does not come into service
 */
export async function createEndpoint(params: {
  readonly sageMaker: SageMakerClient;
  readonly technique: TechniqueId;
  readonly roleArn: string;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { sageMaker, technique, roleArn, signal } = params;
  const name = endpointName("local", technique);
  const describe = async (): Promise<{ status: string; reason: string } | undefined> => {
    try {
      const found = await sageMaker.send(new DescribeEndpointCommand({ EndpointName: name }));
      return { status: found.EndpointStatus ?? "", reason: found.FailureReason ?? "" };
    } catch (error) {
      if (isNotThere(error)) return undefined;
      throw error;
    }
  };
  const settled = async (
    done: (state: Awaited<ReturnType<typeof describe>>) => boolean,
  ): ReturnType<typeof describe> => {
    const deadline = Date.now() + 120_000;
    for (;;) {
      const state = await describe();
      if (done(state)) return state;
      signal.throwIfAborted();
      if (Date.now() > deadline) throw new Error(`The endpoint ${name} is ${state?.status ?? "gone"} after 120 s.`);
      await sleep(100);
    }
  };

  await unlessNotThere(sageMaker.send(new DeleteEndpointCommand({ EndpointName: name })));
  await settled((state) => state === undefined);
  await unlessNotThere(sageMaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName: name })));
  await unlessNotThere(sageMaker.send(new DeleteModelCommand({ ModelName: name })));

  await sageMaker.send(
    new CreateModelCommand({
      ModelName: name,
      ExecutionRoleArn: roleArn,
      PrimaryContainer: { Image: localImageUri(technique, "inference") },
    }),
  );
  await sageMaker.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: name,
      ProductionVariants: [
        { VariantName: "AllTraffic", ModelName: name, ServerlessConfig: { MemorySizeInMB: 2048, MaxConcurrency: 5 } },
      ],
    }),
  );
  await sageMaker.send(new CreateEndpointCommand({ EndpointName: name, EndpointConfigName: name }));
  const end = await settled((state) => state !== undefined && state.status !== "Creating");
  if (end?.status !== "InService")
    throw new Error(`The endpoint ${name} is ${end?.status ?? "gone"}: ${end?.reason ?? ""}`);
}

/**
 * Returns true for the error by which SageMaker says that a resource does not exist: a ValidationException with "Could
 * not find …".
 */
function isNotThere(problem: unknown): boolean {
  return problem instanceof SageMakerServiceException && /could not find/i.test(problem.message);
}

async function unlessNotThere(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!isNotThere(error)) throw error;
  }
}
