/** The commands that messages tell a person to type. */
import { read, repositoryFiles } from "../documents/support/repository-files";

/** The scripts that need `--stage`, by their names in package.json. */
const needStage = ["seed", "users", "sign-in", "stop-all", "doctor", "smoke", "orphans"];

const sources = repositoryFiles.filter((file) => /^(?:scripts|tools|lambdas|local)\/.*\.ts$/.test(file));

test("each command in a message names its stage", () => {
  const pattern = new RegExp(`npm run (?:${needStage.join("|")}) -- [^\`"')]*`, "g");
  const named = sources.flatMap((file) =>
    [...read(file).matchAll(pattern)].map(([command]) => ({ file, command: command.trim() })),
  );
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter(({ command }) => !command.includes("--stage "))).toEqual([]);
});

test("each command in a message that makes the stacks names their stage, because without one it means dev", () => {
  const named = sources.flatMap((file) =>
    [...read(file).matchAll(/npx cdk (?:deploy|destroy|diff|rollback)\b[^`"',(]*/g)].map(([command]) => ({
      file,
      command,
    })),
  );
  expect(named.length).toBeGreaterThan(1);
  expect(named.filter(({ command }) => !command.includes(" -c stage="))).toEqual([]);
});
