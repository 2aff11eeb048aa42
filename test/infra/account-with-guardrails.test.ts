/**
 * The two values of the CDK's context by which accounts with guardrails are deployed to: a permissions boundary on every
 * role, and a bootstrap with a qualifier of its own.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import * as z from "zod";
import { addOpenComposer } from "../../lib/open-composer";
import { stageConfigs } from "./support/stage-configs";
import { cdkContext } from "./support/synthesize";

const templateSchema = z.object({
  Resources: z.record(z.string(), z.looseObject({ Type: z.string(), Properties: z.looseObject({}).optional() })),
});
const boundary = "deployers-boundary";

/** Returns each stack's template, as text and as its resources. */
function templatesOf(stage: "dev" | "prod") {
  const outdir = mkdtempSync(join(tmpdir(), "opencomposer-synth-"));
  try {
    const app = new App({
      outdir,
      context: {
        ...cdkContext(),
        "@aws-cdk/core:permissionsBoundary": { name: boundary },
        "@aws-cdk/core:bootstrapQualifier": "ourown",
      },
    });
    addOpenComposer(app, stageConfigs[stage]);
    return app.synth().stacks.map(({ stackName, template }) => ({
      stackName,
      text: JSON.stringify(template),
      resources: Object.values(templateSchema.parse(template).Resources),
    }));
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

describe.each(["dev", "prod"] as const)("%s", (stage) => {
  const templates = templatesOf(stage);

  test("every role has the boundary", () => {
    const roles = templates.flatMap(({ resources }) => resources.filter(({ Type }) => Type === "AWS::IAM::Role"));
    expect(roles.length).toBeGreaterThan(10);
    expect(roles.filter(({ Properties }) => !JSON.stringify(Properties).includes(`policy/${boundary}`))).toEqual([]);
  });

  test("every stack asks for the bootstrap of this qualifier, and none names another", () => {
    expect(templates.filter(({ text }) => !text.includes("/cdk-bootstrap/ourown/version"))).toEqual([]);
    expect(templates.filter(({ text }) => text.includes("hnb659fds"))).toEqual([]);
  });
});
