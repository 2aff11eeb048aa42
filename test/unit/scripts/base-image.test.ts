/** What `npm run doctor` says about the image that all four are built upon, and by which program it asks. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { basesOf } from "../../../lib/rules/dockerfile-bases";
import { askRegistry, checkBaseImage, isMissing } from "../../../scripts/doctor/base-image";
import { describeFinding } from "../../../scripts/doctor/finding";
import { dockerProgram, findDocker } from "../../../scripts/doctor/read-account";
import { read } from "../documents/support/repository-files";

const base = `registry.test/python:3@sha256:${"a".repeat(64)}`;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "opencomposer-docker-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Writes a program that responds as Docker does, and returns its path. */
function program(lines: string): string {
  const path = join(folder, "podman");
  writeFileSync(path, `#!/bin/sh\n${lines}\n`);
  chmodSync(path, 0o755);
  return path;
}
const index = (...architectures: string[]): string =>
  JSON.stringify({ manifests: architectures.map((architecture) => ({ platform: { os: "linux", architecture } })) });
const said = async (docker: string): Promise<string> =>
  describeFinding(checkBaseImage(base, await askRegistry(docker, base)));

test("the Dockerfile has one base image", () => {
  expect(basesOf(read("sagemaker-containers/Dockerfile"))).toEqual([
    expect.stringMatching(/^public\.ecr\.aws\/docker\/library\/python:3\.11-slim-bookworm@sha256:[0-9a-f]{64}$/),
  ]);
});

test("the registry is asked for the base image by its digest, and has it for the platform of SageMaker", async () => {
  const asked = `[ "$*" = "buildx imagetools inspect --raw ${base}" ] || exit 1`;
  expect(await said(program(`${asked}; echo '${index("arm64", "amd64")}'`))).toBe(
    `✓ base image ${base}: the registry has it for linux/amd64`,
  );
  expect(await said(program(`echo '${index("arm64")}'`))).toMatch(/^✗ .* for linux\/arm64 only\. Name another digest/);
});

test("a digest that the registry does not have is wrong", async () => {
  expect(await said(program(`echo 'ERROR: ${base}: not found' >&2; exit 1`))).toMatch(
    /^✗ base image .*: the registry does not have it \(ERROR: .*: not found\)\. Name another digest/,
  );
  expect(isMissing("podman: buildx: command not found")).toBe(false);
});

test.each([
  ["a program that knows no buildx", "echo 'Error: unrecognized command' >&2; exit 125", "Error: unrecognized command"],
  ["a registry out of reach", "echo 'ERROR: dial tcp: no such host' >&2; exit 1", "ERROR: dial tcp: no such host"],
  ["a response that is no index", "echo '<html>'", "Unexpected token"],
])("with %s it is said that the registry was not asked", async (_, lines, reason) => {
  const line = await said(program(lines));
  expect(line).toContain(`– base image ${base}: the registry was not asked: `);
  expect(line).toContain(reason);
});

test("doctor asks the program that the CDK builds with", async () => {
  const path = program(`echo '{"ServerVersion":"5.4.2"}'`);
  expect(dockerProgram({ CDK_DOCKER: path })).toBe(path);
  expect(dockerProgram({})).toBe("docker");
  expect(await findDocker(path)).toMatchObject({ version: "5.4.2" });
  expect(await findDocker(join(folder, "no-such-program"))).toBeUndefined();
});
