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

const connection = (limits: Patience) => ({
  maxAttempts: limits.tries,
  requestHandler: new DeadlineHandler(limits),
});

/**
 * Creates the DynamoDB client. It leaves attributes that are `undefined` out when it writes: they are an item's absent
 * optional fields.
 */
export function createDocumentClient(limits: Patience = patience.background.dynamodb): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(new DynamoDBClient(connection(limits)), {
    marshallOptions: { removeUndefinedValues: true },
  });
}

export function createS3Client(limits: Patience = patience.background.s3): S3Client {
  return new S3Client({
    ...connection(limits),
    // Clients that read presigned URLs know nothing of the SDK's own checksums.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
}

export function createQueueClient(limits: Patience = patience.background.sqs): SQSClient {
  return new SQSClient(connection(limits));
}

export function createStepFunctionsClient(limits: Patience = patience.background.stepFunctions): SFNClient {
  return new SFNClient(connection(limits));
}

/** Creates the SageMaker client, which slows down by itself when it is throttled ("adaptive"). */
export function createSageMakerClient(limits: Patience = patience.background.sagemaker): SageMakerClient {
  return new SageMakerClient({ ...connection(limits), retryMode: "adaptive" });
}

export function createSageMakerRuntimeClient(
  limits: Patience = patience.background.sagemakerRuntime,
): SageMakerRuntimeClient {
  return new SageMakerRuntimeClient(connection(limits));
}
