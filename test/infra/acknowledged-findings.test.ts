import { type App, Validations } from "aws-cdk-lib";
import { Bucket, CfnBucket } from "aws-cdk-lib/aws-s3";
import { AwsSolutionsChecks } from "cdk-nag";
import type { IConstruct } from "constructs";
import * as z from "zod";
import { addOpenComposer } from "../../lib/open-composer";
import { devConfig, prodConfig } from "./support/stage-configs";
import { makeApp } from "./support/synthesize";

const acknowledgementSchema = z.record(z.string(), z.string());

interface Acknowledgement {
  readonly construct: IConstruct;
  readonly rule: string;
  readonly reason: string;
}

function acknowledgementsIn(app: App): Acknowledgement[] {
  return app.node.findAll().flatMap((construct) =>
    construct.node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) =>
        Object.entries(acknowledgementSchema.parse(data)).map(([id, reason]) => ({
          construct,
          rule: id.replace(/^annotation::/i, ""),
          reason,
        })),
      ),
  );
}

const { app, remove } = makeApp();
const composer = addOpenComposer(app, prodConfig);
afterAll(remove);

test("a finding that nobody has acknowledged stops the synthesis", () => {
  const other = makeApp();
  try {
    const { storage } = addOpenComposer(other.app, devConfig);
    new Bucket(storage, "Forgotten");
    expect(() => other.app.synth()).toThrow(/Forgotten[^]*AwsSolutions-S1/);
  } finally {
    other.remove();
  }
});

test("every acknowledgement belongs to a finding that exists, on its own construct, with a reason", () => {
  app.synth();
  const acknowledgements = acknowledgementsIn(app);
  expect(acknowledgements.length).toBeGreaterThan(20);
  // This pack finds what it would find if nothing were acknowledged.
  const pack = new AwsSolutionsChecks(app);
  Object.defineProperty(pack, "isAcknowledged", { value: () => false });
  const findings = pack
    .validateScope(app)
    .violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath = "" }) => ({ ruleName, constructPath })),
    );
  const unused = acknowledgements.filter(
    ({ construct, rule }) =>
      !findings.some(
        ({ ruleName, constructPath }) => ruleName === rule && constructPath.startsWith(`${construct.node.path}/`),
      ),
  );
  expect(unused.map(({ construct, rule }) => `${construct.node.path} ${rule}`)).toEqual([]);
  for (const { rule, reason } of acknowledgements) {
    expect(rule).toMatch(/^AwsSolutions-/);
    expect(reason.length).toBeGreaterThan(30);
  }
});

test("no acknowledgement stands on a stack or the app, where it would cover what comes later", () => {
  const wide = new Set<IConstruct>([app, composer.storage, composer.api, composer.training]);
  expect(acknowledgementsIn(app).filter(({ construct }) => wide.has(construct))).toEqual([]);
  expect(app.node.findAll().some((construct) => construct instanceof CfnBucket)).toBe(true);
});
