import { type App, Validations } from "aws-cdk-lib";
import { Bucket, CfnBucket } from "aws-cdk-lib/aws-s3";
import { AwsSolutionsChecks } from "cdk-nag";
import type { IConstruct } from "constructs";
import * as z from "zod";
import { addOpenComposer } from "../../lib/open-composer";
import { OpenComposerChecks } from "../../lib/rules/open-composer-checks";
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

const stages = ([devConfig, prodConfig] as const).map((config) => {
  const { app, remove } = makeApp();
  return { config, app, remove, composer: addOpenComposer(app, config) };
});
afterAll(() => {
  for (const { remove } of stages) remove();
});

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

test.each(stages)(
  "$config.stage: every acknowledgement belongs to a finding, on its own construct",
  ({ app, config }) => {
    app.synth();
    const acknowledgements = acknowledgementsIn(app);
    expect(acknowledgements.length).toBeGreaterThan(20);
    // These packs find what they would find if nothing were acknowledged.
    const packs = [new AwsSolutionsChecks(app), new OpenComposerChecks({ config })];
    const findings = packs
      .flatMap((pack) => {
        Object.defineProperty(pack, "isAcknowledged", { value: () => false });
        return pack.validateScope(app).violations;
      })
      .flatMap(({ ruleName, violatingResources }) =>
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
      expect(rule).toMatch(/^(?:AwsSolutions|OpenComposer)-/);
      expect(reason.length).toBeGreaterThan(30);
    }
  },
);

test.each(stages)("$config.stage: no acknowledgement covers what comes later, on a stack or the app", (stage) => {
  const { app, composer } = stage;
  const wide = new Set<IConstruct>([app, composer.storage, composer.api, composer.training]);
  expect(acknowledgementsIn(app).filter(({ construct }) => wide.has(construct))).toEqual([]);
  expect(app.node.findAll().some((construct) => construct instanceof CfnBucket)).toBe(true);
});
