/**
 * SDK clients. Each has a builder of its own, so that a function bundles only those that it calls.
 * naming/time-limits.ts says how long each waits and how often it tries, beside the time that the functions have.
 */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SageMakerClient } from "@aws-sdk/client-sagemaker";
import { SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";
import { SFNClient } from "@aws-sdk/client-sfn";
import { SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { type Patience, patience } from "../../naming/time-limits";
import { DeadlineHandler } from "./call-deadline";

const connection = (of: Patience) => ({ maxAttempts: of.tries, requestHandler: new DeadlineHandler(of) });

/**
 * Creates the DynamoDB client. It leaves attributes that are `undefined` out when it writes: they are an item's absent
 * optional fields.
 */
export function createDocumentClient(of: Patience = patience.background.dynamodb): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(new DynamoDBClient(connection(of)), {
    marshallOptions: { removeUndefinedValues: true },
  });
}

export function createS3Client(of: Patience = patience.background.s3): S3Client {
  return new S3Client({
    ...connection(of),
    // Clients that read presigned URLs know nothing of the SDK's own checksums.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
}

export function createQueueClient(of: Patience = patience.background.sqs): SQSClient {
  return new SQSClient(connection(of));
}

export function createStepFunctionsClient(of: Patience = patience.background.stepFunctions): SFNClient {
  return new SFNClient(connection(of));
}

/** Creates the SageMaker client, which slows down by itself when it is throttled ("adaptive"). */
export function createSageMakerClient(of: Patience = patience.background.sagemaker): SageMakerClient {
  return new SageMakerClient({ ...connection(of), retryMode: "adaptive" });
}

export function createSageMakerRuntimeClient(
  of: Patience = patience.background.sagemakerRuntime,
): SageMakerRuntimeClient {
  return new SageMakerRuntimeClient(connection(of));
}
