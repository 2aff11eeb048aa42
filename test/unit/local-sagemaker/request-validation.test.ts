import { ListModelsCommand } from "@aws-sdk/client-sagemaker";
import fc from "fast-check";
import { ServiceSchemas } from "../../../local/sagemaker/api/request-validation";
import { ServiceError } from "../../../local/sagemaker/api/service-error";
import { sagemakerClients } from "../../conformance/support/local-services";
import { controlResponseFaults, runtimeResponseFaults } from "../../conformance/support/wire-check";
import { startListeningServer } from "../../support/listening-server";
import { breaches, camelPath, fitting, readModel, requestOf, withBreach } from "./support/model-breaches";

const model = readModel("sagemaker");
const schemas = new ServiceSchemas("sagemaker");

function errorOf(operation: string, request: unknown, by: ServiceSchemas = schemas): ServiceError | undefined {
  try {
    by.checkInput(operation, request);
    return undefined;
  } catch (error) {
    if (error instanceof ServiceError) return error;
    throw error;
  }
}

describe.each(Object.entries(model.operations))("%s", (operation, { input }) => {
  it("refuses a request for each constraint of its shapes", () => {
    const all = input === undefined ? [] : [...breaches(model, input)];
    expect(all.length).toBeGreaterThan(0);
    const accepted = all.filter((breach) => {
      const error = errorOf(operation, requestOf(breach));
      return !error?.message.includes(breach.words);
    });
    // A wrong type is told alone, so a constraint below one of the request's other breaches is never hidden by it.
    expect(accepted.map(({ path, words }) => `${camelPath(path)}: ${words}`)).toEqual([]);
  });
});

describe.each(["sagemaker", "sagemaker-runtime"] as const)("whatever the request (%s)", (service) => {
  const thisModel = readModel(service);
  const checked = new ServiceSchemas(service);
  const operations = Object.entries(thisModel.operations).flatMap(([operation, { input }]) => {
    const requests = input === undefined ? undefined : fitting(thisModel, input);
    return input === undefined || requests === undefined
      ? []
      : [{ operation, requests, all: [...breaches(thisModel, input)] }];
  });
  const someOperation = fc.constantFrom(...operations);

  it("accepts what the model allows", () => {
    expect(operations.length).toBe(Object.keys(thisModel.operations).length);
    const cases = someOperation.chain(({ operation, requests }) => requests.map((request) => ({ operation, request })));
    fc.assert(
      fc.property(cases, ({ operation, request }) => {
        expect(checked.checkInput(operation, request)).toEqual(request);
      }),
      { numRuns: 400 },
    );
  });

  it("refuses it with one constraint broken, and names that", () => {
    const cases = someOperation.chain(({ operation, requests, all }) =>
      fc.record({ operation: fc.constant(operation), request: requests, breach: fc.constantFrom(...all) }),
    );
    fc.assert(
      fc.property(cases, ({ operation, request, breach }) => {
        const error = errorOf(operation, withBreach(request, breach), checked);
        expect(error?.message).toContain(breach.words);
        expect(["ValidationException", "SerializationException"]).toContain(error?.code);
        expect(error?.status).toBe(400);
      }),
      { numRuns: 600 },
    );
  });
});

it("shortens hostile values, and reads null as absent", () => {
  const error = errorOf("DescribeTrainingJob", { TrainingJobName: "_".repeat(1_000_000) });
  expect(error?.message.length).toBeLessThan(5_000);
  expect(errorOf("ListTrainingJobs", { NameContains: null })).toBeUndefined();
  expect(errorOf("DescribeTrainingJob", { TrainingJobName: null })?.message).toBe(
    "1 validation error detected: Value null at 'trainingJobName' failed to satisfy constraint: Member must not be null",
  );
});

describe("the check of responses that the conformance suite sees", () => {
  const headers = { "x-amzn-requestid": "1", "content-type": "application/x-amz-json-1.1" };
  const control = (status: number, body: unknown, more: object = {}): string[] =>
    controlResponseFaults("CreateTrainingJob", {
      status,
      headers: { ...headers, ...more },
      body: JSON.stringify(body),
    });
  const arn = "arn:aws:sagemaker:eu-central-1:000000000000:training-job/a";

  it("passes responses and errors that the model has", () => {
    expect(control(200, { TrainingJobArn: arn })).toEqual([]);
    expect(control(400, { __type: "ResourceInUse", Message: "taken" })).toEqual([]);
    expect(control(400, { __type: "ValidationException", message: "no" })).toEqual([]);
    expect(controlResponseFaults("StopTrainingJob", { status: 200, headers, body: "" })).toEqual([]);
  });

  it.each([
    ["a member too many", 200, { TrainingJobArn: arn, Mystery: 1 }, {}, "additional properties"],
    ["a broken ARN", 200, { TrainingJobArn: "?" }, {}, "must match pattern"],
    ["a lack", 200, {}, {}, "must have required property"],
    ["another operation's error", 400, { __type: "ModelError", Message: "no" }, {}, "has no error ModelError"],
    ["a wrong status", 404, { __type: "ResourceInUse", Message: "no" }, {}, "came with the status 404"],
    ["a wrong spelling", 400, { __type: "ResourceInUse", message: "no" }, {}, "additional properties"],
    ["silence", 400, { __type: "ValidationException" }, {}, "has no message"],
    ["no type", 500, {}, {}, "without __type"],
    ["a wrong content type", 200, { TrainingJobArn: arn }, { "content-type": "application/json" }, "content-type"],
    ["no request id", 200, { TrainingJobArn: arn }, { "x-amzn-requestid": undefined }, "no x-amzn-requestid"],
  ])("finds %s", (_, status, body, more, words) => {
    expect(control(status, body, more).join()).toContain(words);
  });

  it("knows the runtime's responses, too", () => {
    const runtime = (status: number, more: object, body: unknown = { Message: "no" }): string =>
      runtimeResponseFaults("InvokeEndpoint", {
        status,
        headers: { "x-amzn-requestid": "1", "content-type": "application/json", ...more },
        body: JSON.stringify(body),
      }).join();
    expect(runtime(200, {})).toBe("");
    expect(runtime(424, { "x-amzn-errortype": "ModelError" })).toBe("");
    expect(runtime(200, { "x-amzn-sagemaker-custom-attributes": "é" })).toContain("must match pattern");
    expect(runtime(500, { "x-amzn-errortype": "ModelError" })).toContain("came with the status 500");
    expect(runtime(400, { "x-amzn-errortype": "ResourceInUse" })).toContain("has no error");
    expect(runtime(400, {})).toContain("without x-amzn-errortype");
    const long = { Message: "x".repeat(2_049) };
    expect(runtime(424, { "x-amzn-errortype": "ModelError" }, long)).toContain("more than 2048");
  });

  it("is in the clients of the suite: a lenient SDK does not hide what is broken", async () => {
    const server = await startListeningServer((_, response) => {
      response.writeHead(200, headers).end(JSON.stringify({ Models: [], Mystery: 1 }));
    });
    const { sagemaker } = sagemakerClients(server.url);
    try {
      await expect(sagemaker.send(new ListModelsCommand({}))).rejects.toThrow("is against the model");
    } finally {
      sagemaker.destroy();
      await server.stop();
    }
  });
});

it("refuses responses that break the model", () => {
  expect(schemas.responseFaults("DescribeTrainingJob", { TrainingJobName: "a" })).toContainEqual(
    expect.stringContaining("must have required property 'ModelArtifacts'"),
  );
  expect(schemas.responseFaults("StopTrainingJob", {})).toHaveLength(1);
  expect(schemas.responseFaults("StopTrainingJob", undefined)).toEqual([]);
});
