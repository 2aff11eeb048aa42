/** Asks the person at the terminal for the code of an MFA device, as the CDK CLI does for a profile with `mfa_serial`. */
import { createInterface } from "node:readline/promises";

/** Returns the code that the device with this ARN shows now. */
export type AskForMfaCode = (device: string) => Promise<string>;

/** @throws Error if nobody can be asked, because the input is no terminal */
export async function askForMfaCode(device: string): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new Error(
      `The profile needs the code of the MFA device ${device}, and nobody can be asked for it here. ` +
        "Run the command in a terminal, or put the keys of a session into AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN.",
    );
  }
  // Standard output is for what the command prints, as the token of `npm run sign-in`.
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await terminal.question(`Code of the MFA device ${device}: `)).trim();
  } finally {
    terminal.close();
  }
}
