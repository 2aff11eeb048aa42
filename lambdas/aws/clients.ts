/**
 * SDK clients, one builder each, so that a function bundles only those that it calls. Time-outs are stated: the SDK's
 * default is to wait for ever, which a Lambda pays for and a caller cannot tell from work.
 */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SageMakerClient } from "@aws-sdk/client-sagemaker";
import { SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";
import { SFNClient } from "@aws-sdk/client-sfn";
import { SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

const connectionTimeout = 2_000;

/** `undefined` attributes are left out when written: an optional field of an item that is absent. */
export function createDocumentClient(): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(
    new DynamoDBClient({ maxAttempts: 5, requestHandler: { connectionTimeout, requestTimeout: 5_000 } }),
    { marshallOptions: { removeUndefinedValues: true } },
  );
}

export function createS3Client(): S3Client {
  return new S3Client({
    maxAttempts: 4,
    requestHandler: { connectionTimeout, requestTimeout: 30_000 },
    // Presigned URLs are read by clients that know nothing of the SDK's own checksums.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
}

export function createQueueClient(): SQSClient {
  return new SQSClient({ maxAttempts: 4, requestHandler: { connectionTimeout, requestTimeout: 5_000 } });
}

export function createStepFunctionsClient(): SFNClient {
  return new SFNClient({ maxAttempts: 4, requestHandler: { connectionTimeout, requestTimeout: 5_000 } });
}

/** CreateTrainingJob is throttled at a few requests a second, so the client backs off adaptively. */
export function createSageMakerClient(): SageMakerClient {
  return new SageMakerClient({
    maxAttempts: 6,
    retryMode: "adaptive",
    requestHandler: { connectionTimeout, requestTimeout: 10_000 },
  });
}

/** For a call that somebody else makes as well: one try, so that whatever waits behind it does not wait long. */
export function createSageMakerClientOfOneTry(): SageMakerClient {
  return new SageMakerClient({
    maxAttempts: 1,
    // Without the last setting the SDK only warns, and waits on.
    requestHandler: { connectionTimeout, requestTimeout: 3_000, throwOnRequestTimeout: true },
  });
}

/**
 * One attempt, and longer than the endpoint's own 60 s: a retry inside the SDK would run the same work twice while the
 * first answer is still on its way. The queue retries.
 */
export function createSageMakerRuntimeClient(): SageMakerRuntimeClient {
  return new SageMakerRuntimeClient({
    maxAttempts: 1,
    requestHandler: { connectionTimeout, requestTimeout: 70_000, socketTimeout: 70_000 },
  });
}
