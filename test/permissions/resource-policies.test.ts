/**
 * What other services may do with our resources: policies of buckets, queues and topics, permissions of functions, and
 * who may work with a role. Each is held against the calls that follow from the templates.
 */
import { localRegion } from "../../local/cloud/ministack";
import { localAccountId } from "../../naming/resource-names";
import { prodWithCustomDomain } from "../infra/support/stage-configs";
import { synthesize } from "../infra/support/synthesize";
import { callsToResources, type CallToResource } from "./calls-to-resources";
import { writtenBetween } from "./permissions-page";
import { evaluateResourcePolicy, matchesStatement } from "./policy-evaluation";
import { resourcePolicies, type ResourcePolicy } from "./resource-policies";
import { renderResourcePolicies } from "./resource-policies-page";

/** Returns the resource's policy that decides about a call; an object belongs to its bucket. */
const policyFor = (policies: readonly ResourcePolicy[], { resource }: CallToResource): ResourcePolicy | undefined =>
  policies.find((policy) => policy.resource === resource || resource.startsWith(`${policy.resource}/`));

const inWords = ({ principal, action, resource, context = {} }: CallToResource): string =>
  `${principal}: ${action} on ${resource} for ${context["aws:SourceArn"]?.join() ?? "itself"}`;

/** Returns the calls that the policies do not let through, in words. */
const refused = (policies: readonly ResourcePolicy[], calls: readonly CallToResource[]): readonly string[] =>
  calls
    .filter((call) => {
      const { statements = [] } = policyFor(policies, call) ?? {};
      return evaluateResourcePolicy(statements, call.principal, call) !== "ALLOWED";
    })
    .map(inWords);

/** One call on each kind of thing that can be reached without TLS, by a role whose own policies allow it. */
function plainCalls(policies: readonly ResourcePolicy[]): readonly CallToResource[] {
  const actions: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
    "AWS::S3::Bucket": [
      ["s3:GetObject", "/key"],
      ["s3:ListBucket", ""],
    ],
    "AWS::SQS::Queue": [["sqs:SendMessage", ""]],
    "AWS::SNS::Topic": [["sns:Publish", ""]],
  };
  return policies.flatMap(({ resource, type }) =>
    (actions[type] ?? []).map(([action, end]) => ({
      principal: `arn:aws:iam::${localAccountId}:role/function`,
      action,
      resource: `${resource}${end}`,
      context: { "aws:SecureTransport": ["false"] },
      reason: "over plain HTTP",
    })),
  );
}

/** Returns the calls without TLS that no policy denies, in words. */
const notDenied = (policies: readonly ResourcePolicy[]): readonly string[] =>
  plainCalls(policies)
    .filter((call) => {
      const { statements = [] } = policyFor(policies, call) ?? {};
      return evaluateResourcePolicy(statements, call.principal, call) !== "DENIED";
    })
    .map(inWords);

/** Ways in which somebody else could make a service call for them. */
const foreign: readonly (readonly [string, (call: CallToResource) => CallToResource])[] = [
  ["by another service", (call) => ({ ...call, principal: "ec2.amazonaws.com" })],
  ["by a role of another account", (call) => ({ ...call, principal: "arn:aws:iam::999999999999:role/Admin" })],
  [
    "on behalf of another account",
    (call) => ({
      ...call,
      context: {
        ...call.context,
        "aws:SourceAccount": ["999999999999"],
        "aws:SourceArn": (call.context?.["aws:SourceArn"] ?? []).map((arn) =>
          arn.replaceAll(localAccountId, "999999999999"),
        ),
      },
    }),
  ],
];

/** Roles of Lambda functions: a function can only be given a role by somebody of its own account, who may pass it. */
const isOfLambda = ({ principal, action }: CallToResource): boolean =>
  principal === "lambda.amazonaws.com" && action === "sts:AssumeRole";
/** The CDK's function is known by its role, and calls on behalf of nobody. */
const isOfRole = ({ principal }: CallToResource): boolean => principal.startsWith("arn:");

describe.each(["local", "dev", "prod"] as const)("%s", (name) => {
  const stage = synthesize(name);
  const policies = resourcePolicies(stage);
  const calls = callsToResources(stage);

  test("there are calls and policies of each kind", () => {
    const kinds = new Set(calls.map(({ reason }) => reason));
    expect(kinds.size).toBe({ local: 5, dev: 9, prod: 8 }[name]);
    expect(new Set(policies.map(({ type }) => type)).size).toBe(name === "local" ? 4 : 5);
  });

  test("every call is allowed", () => {
    expect(refused(policies, calls)).toEqual([]);
  });

  test("no bucket, queue or topic can be used without TLS", () => {
    expect(plainCalls(policies).length).toBeGreaterThanOrEqual(8);
    expect(notDenied(policies)).toEqual([]);
  });

  test.each(foreign)("no call is allowed %s", (what, change) => {
    const asked = what.startsWith("on behalf") ? calls.filter((call) => !isOfLambda(call) && !isOfRole(call)) : calls;
    const foreignCalls = asked.map(change);
    expect(foreignCalls.length).toBeGreaterThan(20);
    expect(refused(policies, foreignCalls)).toEqual(foreignCalls.map(inWords));
  });

  test("no call is allowed on behalf of another resource of its kind", () => {
    const other = calls
      .filter(({ action }) => action === "lambda:InvokeFunction" || action === "sqs:SendMessage")
      .map((call) => ({
        ...call,
        context: {
          ...call.context,
          "aws:SourceArn": [
            call.principal === "events.amazonaws.com"
              ? `arn:aws:events:${localRegion}:${localAccountId}:rule/other`
              : `arn:aws:execute-api:${localRegion}:${localAccountId}:other/$default/GET/health`,
          ],
        },
      }));
    expect(refused(policies, other)).toEqual(other.map(inWords));
  });

  test("every statement that allows is needed by a call, and gives nobody everything", () => {
    const unused = policies.flatMap(({ resource, statements }) =>
      statements
        .filter(({ effect }) => effect === "Allow")
        .filter(
          (statement) =>
            statement.principals.includes("*") ||
            !calls.some((call) => statement.principals.includes(call.principal) && matchesStatement(statement, call)),
        )
        .map((statement) => `${resource}: ${JSON.stringify(statement)}`),
    );
    expect(unused).toEqual([]);
  });

  test("each statement that is taken away is missed", () => {
    const unnoticed = policies.flatMap((policy) =>
      policy.statements.flatMap((statement, index) => {
        const poorer = { ...policy, statements: policy.statements.toSpliced(index, 1) };
        const others = policies.map((one) => (one === policy ? poorer : one));
        const missed = [...refused(others, calls), ...notDenied(others)];
        return missed.length > 0 ? [] : [`${policy.resource}: ${JSON.stringify(statement)}`];
      }),
    );
    // The permission of the route $default ends with one `*` less, and `*` also stands for slashes: it covers the one
    // for the other routes of the same function. CDK makes one for each integration.
    expect(unnoticed).toEqual([expect.stringMatching(/^\S+:FunctionsDiscoveryFunction\w+: .*\/\*\/\*\/\*"/)]);
  });

  test("functions whose events Lambda fetches itself are open to no service", () => {
    // The reader of data sets takes from two queues.
    const mapped = new Set(
      stage
        .resourcesOf("AWS::Lambda::EventSourceMapping")
        .map(({ resource }) => JSON.stringify(resource.Properties["FunctionName"])),
    ).size;
    const called = new Set(
      calls.filter(({ action }) => action === "lambda:InvokeFunction").map((call) => call.resource),
    );
    const closed = policies.filter(
      ({ type, resource, statements }) =>
        type === "AWS::Lambda::Function" && !called.has(resource) && statements.length === 0,
    );
    // Those are the stream's and the queues', and the six steps, which the workflow's role may call; in dev also the CDK's, one for each stack that is emptied.
    expect(closed).toHaveLength(mapped + 6 + (name === "dev" ? 2 : 0));
  });
});

test("a custom domain calls the functions as the same API", () => {
  const stage = synthesize(prodWithCustomDomain());
  expect(refused(resourcePolicies(stage), callsToResources(stage))).toEqual([]);
});

test("docs/permissions.md says who may use the resources of prod", () => {
  const stage = synthesize("prod");
  writtenBetween("resources", renderResourcePolicies(resourcePolicies(stage), callsToResources(stage)));
});
