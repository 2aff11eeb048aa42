/**
 * `npm run sign-in`: signs in on the stage's sign-in page (authorization code with PKCE) and prints an access token.
 * `npm run --silent sign-in` prints nothing else to the standard output.
 *
 *   token=$(npm run --silent sign-in -- --stage dev)     opens a listener on the callback address of this machine
 *   npm run sign-in -- --stage local                     does the same on the page of the running local cloud
 *   npm run sign-in -- --stage dev --paste               asks for the address that the browser was sent to
 *
 * The app client's callback addresses are read from Cognito. In `prod` none of them is on this machine, so the address is
 * pasted there. The authors have never run this command on AWS.
 */
import { CanceledError, readNumber, readOptions, runCommand } from "../tools/command-line";
import { describeAccount, stageOptions, withStage } from "./operators/open-stage";
import { signInSeconds, signInToStage } from "./sign-in/sign-in-to-stage";

const tell = (line: string): void => {
  console.error(line);
};

runCommand(async () => {
  const values = readOptions({
    ...stageOptions,
    paste: { type: "boolean", default: false },
    "timeout-seconds": { type: "string", default: String(signInSeconds) },
  });
  const seconds = readNumber("--timeout-seconds", values["timeout-seconds"], { min: 1, max: 99_999 });
  await withStage({ values }, async (stage) => {
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
