import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { localCredentials } from "../../local/cloud/ministack";
import { ServiceSchemas } from "../../local/sagemaker/api/request-validation";
import { bucket, imageUri, type LocalServices, region, role, startLocalServices } from "./support/local-services";
import { boto3Python } from "./support/python";

let services: LocalServices;

beforeAll(async () => {
  services = await startLocalServices();
});

afterAll(async () => {
  await services.stop();
});

it("checks by the service model that the installed botocore has", () => {
  const program = join(__dirname, "../../local/sagemaker/api/schemas/generate.py");
  const made = spawnSync(boto3Python(), [program, "--check"], { encoding: "utf8" });
  expect({ status: made.status, said: made.stdout + made.stderr }).toEqual({ status: 0, said: "" });
});

it("serves boto3, its waiters and its idea of every response, output nothing but the address", async () => {
  // Nothing of this machine's AWS configuration, and a home that is gone afterwards.
  const home = mkdtempSync(join(tmpdir(), "opencomposer-boto3-"));
  try {
    const { stdout } = await promisify(execFile)(
      boto3Python(),
      [
        join(__dirname, "support", "boto3_client.py"),
        services.sagemakerUrl,
        region,
        imageUri,
        role,
        `s3://${bucket}/boto3/`,
        `s3://${bucket}/boto3-checkpoints/`,
      ],
      {
        env: {
          PATH: process.env["PATH"] ?? "",
          HOME: home,
          PYTHONDONTWRITEBYTECODE: "1",
          AWS_ACCESS_KEY_ID: localCredentials.accessKeyId,
          AWS_SECRET_ACCESS_KEY: localCredentials.secretAccessKey,
        },
        timeout: 55_000,
      },
    );
    const output: unknown = JSON.parse(stdout);
    expect(output).toMatchObject({
      done: "Completed",
      metrics: { loss: 0.5 },
      model: expect.stringMatching(/^boto3-[0-9a-f]{8}-done\/output\/model\.tar\.gz$/),
      tags: [{ Key: "client", Value: "boto3" }],
      listed: ["-done", "-long"],
      stopped: ["Stopped", "Stopped"],
      failed: ["Failed", expect.stringMatching(/^AlgorithmError: .*, exit code: 3$/), true],
      invoked: ["application/json", "AllTraffic"],
      errors: {
        taken: { code: "ResourceInUse", status: 400, message: expect.stringContaining("must be unique") },
        unknownJob: { code: "ValidationException", status: 400, message: "Requested resource not found." },
        unknownEndpoint: {
          code: "ValidationException",
          message: expect.stringMatching(/^Could not find endpoint "arn:/),
        },
        badName: {
          code: "ValidationException",
          message: expect.stringMatching(/^1 validation error detected: Value 'no_underscore' at 'trainingJobName'/),
        },
        stopStopped: { code: "ValidationException", message: expect.stringContaining("in status Stopped") },
        unsupported: {
          code: "UnknownOperationException",
          message: "The operation ListNotebookInstances is not supported by this local SageMaker server.",
        },
        invokeUnknown: { code: "ValidationError", status: 400 },
        model: { code: "ModelError", status: 424, originalStatusCode: 400, originalMessage: "no" },
        tooLarge: { code: "ValidationError", message: expect.stringContaining("oversize body") },
      },
      // Everything that this server has but for the few that only the other client calls.
      checked: expect.arrayContaining(
        new ServiceSchemas("sagemaker").operations.filter(
          (operation) => !["AddTags", "DeleteTags", "UpdateEndpoint"].includes(operation),
        ),
      ),
    });
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
});
