import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, Stack } from "aws-cdk-lib";

const outdir = mkdtempSync(join(tmpdir(), "opencomposer-synth-"));
afterAll(() => {
  rmSync(outdir, { recursive: true, force: true });
});

test("no template test runs esbuild", () => {
  expect(new Stack(new App({ outdir }), "Any").bundlingRequired).toBe(false);
});

test("without the switch a synthesis does bundle", () => {
  const app = new App({ outdir, postCliContext: { "aws:cdk:bundling-stacks": ["**"] } });
  expect(new Stack(app, "Any").bundlingRequired).toBe(true);
});
