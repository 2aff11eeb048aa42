import fc from "fast-check";
import { type Decision, evaluate, matchesAction, matchesResource, parseStatement } from "./policy-evaluation";

const allow = (more: object = {}) =>
  parseStatement({ Effect: "Allow", Action: "s3:GetObject", Resource: "*", ...more });
const deny = (more: object = {}) => allow({ Effect: "Deny", ...more });
const call = { action: "s3:GetObject", resource: "arn:aws:s3:::bucket/key" };

describe("the decision", () => {
  test.each<[string, Parameters<typeof evaluate>[0], Decision]>([
    ["is a deny by default", [], "NOT_ALLOWED"],
    ["is an allow if one statement allows", [allow({ Action: "s3:PutObject" }), allow()], "ALLOWED"],
    ["is a deny if one statement denies, before or after the allow", [allow(), deny(), allow()], "DENIED"],
    ["is a deny even if nothing allows", [deny()], "DENIED"],
    [
      "needs action and resource in the same statement",
      [allow({ Action: "s3:PutObject" }), allow({ Resource: "arn:aws:s3:::other/*" })],
      "NOT_ALLOWED",
    ],
  ])("%s", (_, statements, decision) => {
    expect(evaluate(statements, call)).toBe(decision);
  });

  const word = fc.constantFrom("a", "b", "*", "?b", "a*");
  const statement = fc
    .record({ effect: fc.constantFrom("Allow", "Deny"), action: word, resource: word, isConditional: fc.boolean() })
    .map(({ effect, action, resource, isConditional }) =>
      parseStatement({
        Effect: effect,
        Action: `s3:${action}`,
        Resource: `arn:aws:s3:::${resource}`,
        ...(isConditional ? { Condition: { StringEquals: { "s3:prefix": "x" } } } : {}),
      }),
    );
  const requested = fc.record({
    action: fc.constantFrom("s3:a", "s3:b", "s3:ab"),
    resource: fc.constantFrom("arn:aws:s3:::a", "arn:aws:s3:::bb"),
    context: fc.constantFrom({ "s3:prefix": ["x"] }, { "s3:prefix": ["y"] }, {}),
  });
  const statements = fc.array(statement, { maxLength: 6 });

  test("law: the order of statements means nothing", () => {
    fc.assert(
      fc.property(statements, requested, (all, asked) => {
        expect(evaluate(all.toReversed(), asked)).toBe(evaluate(all, asked));
      }),
    );
  });

  test("law: a deny that matches beats every allow", () => {
    fc.assert(
      fc.property(statements, requested, (all, asked) => {
        const denies = parseStatement({ Effect: "Deny", Action: asked.action, Resource: asked.resource });
        expect(evaluate([...all, denies], asked)).toBe("DENIED");
      }),
    );
  });

  test("law: one more allow takes nothing away, one more deny gives nothing", () => {
    const rank = { DENIED: 0, NOT_ALLOWED: 1, ALLOWED: 2 };
    fc.assert(
      fc.property(statements, statement, requested, (all, more, asked) => {
        const before = evaluate(all, asked);
        const after = evaluate([...all, more], asked);
        if (more.effect === "Deny") expect(rank[after]).toBeLessThanOrEqual(rank[before]);
        else if (before !== "DENIED") expect(rank[after]).toBeGreaterThanOrEqual(rank[before]);
        else expect(after).toBe("DENIED");
      }),
    );
  });

  test("law: a condition only narrows", () => {
    fc.assert(
      fc.property(statement, requested, (one, asked) => {
        const free = { ...one, effect: "Allow" as const, conditions: {} };
        const conditional = { ...free, conditions: one.conditions };
        if (evaluate([conditional], asked) === "ALLOWED") expect(evaluate([free], asked)).toBe("ALLOWED");
      }),
    );
  });
});

describe("patterns", () => {
  const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const text = fc.string({ unit: fc.constantFrom("a", "b", ":", "/"), maxLength: 10 });
  const pattern = fc.string({ unit: fc.constantFrom("a", "b", ":", "/", "*", "?"), minLength: 1, maxLength: 8 });

  test("law: actions match as by the regular expression of their wildcards, whatever their case", () => {
    fc.assert(
      fc.property(pattern, text, fc.boolean(), (given, action, isUpper) => {
        const oracle = new RegExp(`^${escaped(given).replaceAll("\\*", ".*").replaceAll("\\?", ".")}$`, "is");
        expect(matchesAction(isUpper ? given.toUpperCase() : given, action)).toBe(oracle.test(action));
      }),
      { numRuns: 2_000 },
    );
  });

  test("law: resources match as by the regular expression of their segments", () => {
    fc.assert(
      fc.property(
        pattern.filter((given) => given !== "*"),
        text,
        (given, resource) => {
          const wild = given
            .split(":")
            .map((segment) =>
              escaped(segment).replace(/\\\*$/, "<rest>").replaceAll("\\*", "[^:]*").replace("<rest>", ".*"),
            )
            .join(":");
          const oracle = new RegExp(`^${wild.replaceAll("\\?", "[^:]")}$`, "s");
          expect(matchesResource(given, resource)).toBe(oracle.test(resource));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test.each([
    // The examples of the page about the element Resource.
    ["arn:aws:s3:::amzn-s3-demo-bucket/*/test/*", "arn:aws:s3:::amzn-s3-demo-bucket/1/test/object.jpg", true],
    ["arn:aws:s3:::amzn-s3-demo-bucket/*/test/*", "arn:aws:s3:::amzn-s3-demo-bucket/1/2/3/test/4/object.jpg", true],
    ["arn:aws:s3:::amzn-s3-demo-bucket/*/test/*", "arn:aws:s3:::amzn-s3-demo-bucket/1///test///object.jpg", true],
    ["arn:aws:s3:::amzn-s3-demo-bucket/*/test/*", "arn:aws:s3:::amzn-s3-demo-bucket//test/object.jpg", true],
    ["arn:aws:s3:::amzn-s3-demo-bucket/*/test/*", "arn:aws:s3:::amzn-s3-demo-bucket/1/test/", true],
    ["arn:aws:s3:::amzn-s3-demo-bucket/*/test/*", "arn:aws:s3:::amzn-s3-demo-bucket/1-test/object.jpg", false],
    ["arn:aws:s3:::amzn-s3-demo-bucket/*/test/*", "arn:aws:s3:::amzn-s3-demo-bucket/test/object.jpg", false],
    ["arn:aws:iam::111122223333:user/accounting/*", "arn:aws:iam::111122223333:user/accounting/ann", true],
    ["arn:aws:lambda:r:1:function:step:*", "arn:aws:lambda:r:1:function:step:7", true],
    ["arn:aws:lambda:r:1:function:step:*", "arn:aws:lambda:r:1:function:step", false],
    ["arn:aws:sqs:*:1:queue", "arn:aws:sqs:eu-west-1:1:queue", true],
    ["arn:aws:iam::1:user/Bob", "arn:aws:iam::1:user/bob", false],
    ["*", "arn:aws:s3:::bucket", true],
  ])("%s and %s: %p", (given, resource, matches) => {
    expect(matchesResource(given, resource)).toBe(matches);
  });

  test("a policy variable is not guessed at", () => {
    expect(() => matchesResource("arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::b/x/y")).toThrow("policy variables");
  });
});

describe("conditions", () => {
  const decide = (Condition: object, context: Readonly<Record<string, readonly string[]>>): boolean =>
    evaluate([allow({ Condition })], { ...call, context }) === "ALLOWED";

  test.each<[string, object, Readonly<Record<string, readonly string[]>>, boolean]>([
    ["one of several values is enough", { StringEquals: { k: ["a", "b"] } }, { k: ["b"] }, true],
    ["the case of a value matters", { StringEquals: { k: "a" } }, { k: ["A"] }, false],
    ["the case of a key does not", { StringEquals: { "S3:Prefix": "a" } }, { "s3:prefix": ["a"] }, true],
    ["a key that is missing does not match", { StringEquals: { k: "a" } }, {}, false],
    ["unless the operator ends with IfExists", { StringEqualsIfExists: { k: "a" } }, {}, true],
    ["IfExists still compares what is there", { StringEqualsIfExists: { k: "a" } }, { k: ["b"] }, false],
    ["every key must match", { StringEquals: { k: "a", l: "b" } }, { k: ["a"], l: ["c"] }, false],
    ["every operator must match", { StringEquals: { k: "a" }, Bool: { l: "true" } }, { k: ["a"], l: ["false"] }, false],
    ["StringEquals knows no wildcard", { StringEquals: { k: "a*" } }, { k: ["ab"] }, false],
    ["StringLike does, over colons as well", { StringLike: { k: "a*d" } }, { k: ["a:c/d"] }, true],
    ["a number is at most the limit", { NumericLessThanEquals: { k: "86400" } }, { k: ["86400"] }, true],
    ["a number beyond the limit", { NumericLessThanEquals: { k: "86400" } }, { k: ["86401"] }, false],
    ["what is no number is not below a limit", { NumericLessThanEquals: { k: "86400" } }, { k: ["many"] }, false],
    ["Null true asks that the key is missing", { Null: { k: "true" } }, {}, true],
    ["Null false asks that it is there", { Null: { k: "false" } }, {}, false],
    ["ForAllValues: all must match", { "ForAllValues:StringEquals": { k: ["a", "b"] } }, { k: ["a", "c"] }, false],
    ["ForAllValues is true of a missing key", { "ForAllValues:StringEquals": { k: "a" } }, {}, true],
    ["which Null then refuses", { "ForAllValues:StringEquals": { k: "a" }, Null: { k: "false" } }, {}, false],
    ["ForAnyValue: one must match", { "ForAnyValue:StringEquals": { k: "a" } }, { k: ["a", "c"] }, true],
    ["ArnEquals compares parts", { ArnEquals: { k: "arn:*:s:r:1:a/*/*" } }, { k: ["arn:aws:s:r:1:a/b:c/d"] }, true],
    [
      "ArnEquals is false of a part less",
      { ArnEquals: { k: "arn:*:s:r:1:a/*/*" } },
      { k: ["arn:aws:s:r:1:a/b"] },
      false,
    ],
    ["ArnLike's wildcard stays in its part", { ArnLike: { k: "arn:aws:*:a" } }, { k: ["arn:aws:s:r:1:a"] }, false],
    ["ForAnyValue is false of a missing key", { "ForAnyValue:StringEquals": { k: "a" } }, {}, false],
  ])("%s", (_, condition, context, decision) => {
    expect(decide(condition, context)).toBe(decision);
  });

  test("an unknown operator, and several values for an operator of one, are errors", () => {
    expect(() => decide({ IpAddress: { k: "a" } }, { k: ["a"] })).toThrow("IpAddress");
    expect(() => decide({ StringEquals: { k: "a" } }, { k: ["a", "b"] })).toThrow("the call has 2");
  });
});

test.each(["NotAction", "NotResource", "Principal"])("a statement with %s is not read", (name) => {
  expect(() => allow({ [name]: "*" })).toThrow(name);
});
