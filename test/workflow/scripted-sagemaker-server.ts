/** The scripted SageMaker behind HTTP, for Lambda functions that run in processes of their own. */
import type { CreateTrainingJobCommandInput } from "@aws-sdk/client-sagemaker";
import type { ScriptedSageMaker } from "../fakes/scripted-sagemaker";
import { type ListeningServer, startListeningServer } from "../support/listening-server";

interface Response {
  readonly status: number;
  readonly body: unknown;
}

const notFound: Response = {
  status: 400,
  body: { __type: "ValidationException", message: "Requested resource not found." },
};
const seconds = (at: Date | undefined): number | undefined => (at === undefined ? undefined : at.getTime() / 1000);

async function respond(
  sageMaker: ScriptedSageMaker,
  operation: string,
  body: CreateTrainingJobCommandInput,
): Promise<Response> {
  const name = body.TrainingJobName ?? "";
  switch (operation) {
    case "CreateTrainingJob": {
      const outcome = await sageMaker.create(body);
      const { kind } = outcome;
      const codes = {
        NAME_IN_USE: "ResourceInUse",
        QUOTA_EXCEEDED: "ResourceLimitExceeded",
        THROTTLED: "ThrottlingException",
        REFUSED: "ValidationException",
        ACCESS_DENIED: "AccessDeniedException",
      };
      return kind === "CREATED"
        ? { status: 200, body: { TrainingJobArn: `arn:aws:sagemaker:eu-west-1:000000000000:training-job/${name}` } }
        : { status: 400, body: { __type: codes[kind], message: "reason" in outcome ? outcome.reason : kind } };
    }
    case "DescribeTrainingJob": {
      const described = await sageMaker.describe(name);
      if (described === undefined) return notFound;
      return {
        status: 200,
        body: {
          TrainingJobName: name,
          TrainingJobStatus: described.status,
          SecondaryStatus: described.secondaryStatus,
          FailureReason: described.failureReason,
          TrainingStartTime: seconds(described.startedAt),
          TrainingEndTime: seconds(described.endedAt),
          TrainingTimeInSeconds: described.trainingSeconds,
          BillableTimeInSeconds: described.billableSeconds,
          OutputDataConfig: { S3OutputPath: described.outputUri },
          CheckpointConfig: { S3Uri: described.checkpointUri },
        },
      };
    }
    case "StopTrainingJob":
      if (!sageMaker.trainingJobs.has(name)) return notFound;
      await sageMaker.stop(name);
      return { status: 200, body: {} };
    default:
      return { status: 400, body: { __type: "UnknownOperationException", message: operation } };
  }
}

/** @param afterwards - called after each operation: brings what the script has written to where others read it */
export async function startScriptedServer(
  sageMaker: ScriptedSageMaker,
  afterwards: () => Promise<void>,
): Promise<ListeningServer> {
  return await startListeningServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const operation = String(request.headers["x-amz-target"]).replace("SageMaker.", "");
      const body: CreateTrainingJobCommandInput = JSON.parse(Buffer.concat(parts).toString());
      void respond(sageMaker, operation, body).then(async (answeredWith) => {
        await afterwards();
        response.writeHead(answeredWith.status, { "content-type": "application/x-amz-json-1.1" });
        response.end(JSON.stringify(answeredWith.body));
      });
    });
  });
}
