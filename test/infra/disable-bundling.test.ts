import { App, Stack } from "aws-cdk-lib";

test("no template test runs esbuild", () => {
  expect(new Stack(new App(), "Any").bundlingRequired).toBe(false);
});

test("without the switch a synthesis does bundle", () => {
  const app = new App({ postCliContext: { "aws:cdk:bundling-stacks": ["**"] } });
  expect(new Stack(app, "Any").bundlingRequired).toBe(true);
});
