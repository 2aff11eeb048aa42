/**
 * `npm run token`: prints an access token of the local cloud's user `demo`, without a browser. `npm run --silent token`
 * prints nothing else. A stage on AWS takes no password from a program: `npm run sign-in` signs in to it.
 *
 *   npm run token                      prints a token of the user `demo` of the running local cloud
 *   npm run token -- --user second     prints one of its other user
 */
import * as z from "zod";
import { stages } from "../naming/resource-names";
import { readOptions, runCommand } from "../tools/command-line";
import { localToken, localUsers } from "./sign-in/local-token";

const userSchema = z.enum(localUsers);

async function main(): Promise<void> {
  const values = readOptions({
    stage: { type: "string", default: "local" },
    user: { type: "string", default: "demo" },
  });
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
