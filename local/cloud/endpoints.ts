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
import { endpointName, localImageUri, type Stage, type TrainedTechniqueId } from "../../naming/resource-names";

export interface EndpointParams {
  readonly sageMaker: SageMakerClient;
  readonly stage: Stage;
  readonly technique: TrainedTechniqueId;
  readonly signal: AbortSignal;
}

/**
 * Creates the endpoint of a technique on the local SageMaker, as the Inference stack does on AWS: model, configuration
 * and serverless endpoint. An endpoint that is there from an earlier start is replaced, because its model server's
 * settings (the addresses of this run) may have changed.
 * @throws Error with SageMaker's reason where it does not come into service
 */
export async function createEndpoint(params: EndpointParams & { readonly roleArn: string }): Promise<void> {
  const { sageMaker, stage, technique, roleArn } = params;
  const name = endpointName(stage, technique);
  await deleteEndpoint(params);

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
  const end = await settled(params, (state) => state !== undefined && state.status !== "Creating");
  if (end?.status !== "InService")
    throw new Error(`The endpoint ${name} is ${end?.status ?? "gone"}: ${end?.reason ?? ""}`);
}

/** Deletes the endpoint of a technique with its configuration and its model, as far as they are there. */
export async function deleteEndpoint(params: EndpointParams): Promise<void> {
  const { sageMaker, stage, technique } = params;
  const name = endpointName(stage, technique);
  await unlessNotThere(sageMaker.send(new DeleteEndpointCommand({ EndpointName: name })));
  await settled(params, (state) => state === undefined);
  await unlessNotThere(sageMaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName: name })));
  await unlessNotThere(sageMaker.send(new DeleteModelCommand({ ModelName: name })));
}

interface EndpointState {
  readonly status: string;
  readonly reason: string;
}

/** Returns the state of the endpoint as soon as it is `done`; undefined is the state of an endpoint that is not there. */
async function settled(
  { sageMaker, stage, technique, signal }: EndpointParams,
  done: (state: EndpointState | undefined) => boolean,
): Promise<EndpointState | undefined> {
  const name = endpointName(stage, technique);
  const describe = async (): Promise<EndpointState | undefined> => {
    try {
      const found = await sageMaker.send(new DescribeEndpointCommand({ EndpointName: name }));
      return { status: found.EndpointStatus ?? "", reason: found.FailureReason ?? "" };
    } catch (error) {
      if (isNotThere(error)) return undefined;
      throw error;
    }
  };
  const deadline = Date.now() + 120_000;
  for (;;) {
    const state = await describe();
    if (done(state)) return state;
    signal.throwIfAborted();
    if (Date.now() > deadline) throw new Error(`The endpoint ${name} is ${state?.status ?? "gone"} after 120 s.`);
    await sleep(100);
  }
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
