/**
 * `npm run sign-in`: signs in on the stage's sign-in page (authorization code with PKCE) and prints an access token.
 * `npm run --silent sign-in` prints nothing else to the standard output.
 *
 * The app client's callback addresses are read from Cognito. In `prod` none of them is on this machine, so the address is
 * pasted there. The authors have never run this command on AWS.
 */
import { CanceledError, type CommandUsage, readNumber, readOptions, runCommand } from "../tools/command-line";
import { describeAccount, stageOptions, withStage } from "./operators/open-stage";
import { signInSeconds, signInToStage } from "./sign-in/sign-in-to-stage";

const tell = (line: string): void => {
  console.error(line);
};

const usage = {
  command: "npm run sign-in",
  does: "Signs in on the stage's page and prints an access token, which is good for an hour: token=$(npm run --silent sign-in -- --stage dev)",
  options: {
    ...stageOptions,
    paste: {
      type: "boolean",
      default: false,
      does: "asks for the address that the browser was sent to, where the browser is on another machine",
    },
    "timeout-seconds": {
      type: "string",
      value: "SECONDS",
      default: String(signInSeconds),
      does: "waits no longer for somebody to sign in",
    },
  },
  examples: [
    { given: "--stage dev", does: "waits for the browser at the callback address of this machine" },
    { given: "--stage local", does: "does the same on the page of the running local cloud" },
    { given: "--stage prod --paste", does: "asks for the address that the browser was sent to" },
  ],
} as const satisfies CommandUsage;

runCommand(async () => {
  const values = readOptions(usage);
  const seconds = readNumber("--timeout-seconds", values["timeout-seconds"], { min: 1, max: 99_999 });
  await withStage({ values, command: usage.command }, async (stage) => {
    const ending = new AbortController();
    const cancel = (): void => {
      ending.abort(new CanceledError("The sign-in was canceled."));
    };
    process.once("SIGINT", cancel).once("SIGTERM", cancel);
    try {
      tell(describeAccount(stage));
      console.log(await signInToStage(stage, { tell, paste: values.paste, seconds, signal: ending.signal }));
    } finally {
      process.off("SIGINT", cancel).off("SIGTERM", cancel);
    }
  });
});
