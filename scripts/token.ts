/**
 * `npm run token`: prints an access token of the local cloud's user `demo`, without a browser. `npm run --silent token`
 * prints nothing else. A stage on AWS takes no password from a program: `npm run sign-in` signs in to it.
 */
import * as z from "zod";
import { stages } from "../naming/resource-names";
import { type CommandUsage, readOptions, runCommand } from "../tools/command-line";
import { localToken, localUsers } from "./sign-in/local-token";

const userSchema = z.enum(localUsers);

const usage = {
  command: "npm run token",
  does: "Prints an access token of the running local cloud, which is good for an hour: token=$(npm run --silent token)",
  options: {
    stage: { type: "string", value: "STAGE", default: "local", does: "the stage, which can be no other than local" },
    user: { type: "string", value: "NAME", default: "demo", does: `whose token it is: ${localUsers.join(" or ")}` },
  },
  examples: [{ given: "--user second", does: "prints a token of the other user, who sees nothing of demo's" }],
} as const satisfies CommandUsage;

async function main(): Promise<void> {
  const values = readOptions(usage);
  const stage = z.enum(stages).safeParse(values.stage);
  if (!stage.success) throw new Error(`--stage must be one of ${stages.join(", ")}, not ${values.stage}.`);
  if (stage.data !== "local") {
    throw new Error(
      `The stage ${stage.data} takes no password from a program. Sign in on its page: npm run sign-in -- --stage ${stage.data}`,
    );
  }
  const user = userSchema.safeParse(values.user);
  if (!user.success) throw new Error(`--user must be demo or second, not ${values.user}.`);
  console.log(await localToken(user.data));
}

runCommand(main);
