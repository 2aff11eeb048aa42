/**
 * `npm run users`: the users of a stage. Nobody can sign up alone, so an operator makes each user.
 *
 * The authors have never run this command on AWS.
 */
import { CognitoIdentityProviderClient } from "@aws-sdk/client-cognito-identity-provider";
import { type CommandUsage, readArguments, runCommand, UsageError } from "../tools/command-line";
import { apiStack, readStackOutputs } from "../tools/stacks/deployed-stage";
import { confirm } from "./operators/confirm";
import { describeAccount, stageOptions, withStage } from "./operators/open-stage";
import {
  addUser,
  listUsers,
  readEmail,
  readUsername,
  removeUser,
  resetUser,
  type UserPool,
} from "./users/manage-users";

const actions = ["add", "list", "remove", "reset"] as const;

function readAction(text: string | undefined): (typeof actions)[number] {
  const action = actions.find((name) => name === text);
  if (action !== undefined) return action;
  throw new UsageError(
    `The action is ${text ?? "missing"}; it must be one of ${actions.join(", ")}, as in ${usage.command} -- list --stage dev.`,
  );
}

/** Returns the work on a user pool that the arguments ask for. They are checked before anything is asked of AWS. */
function readWork(params: {
  readonly positionals: readonly string[];
  readonly email: string | undefined;
  readonly yes: boolean;
}): (pool: UserPool) => Promise<string> {
  const [given, name] = params.positionals;
  const action = readAction(given);
  if (action !== "add" && params.email !== undefined) throw new UsageError("--email is for add alone.");
  if (action === "list") {
    if (name !== undefined) throw new UsageError(`The argument ${name} is not known; list takes no username.`);
    return async (pool) =>
      (await listUsers(pool))
        .map(({ username, email = "no e-mail address", emailVerified, status, sub }) =>
          [username, emailVerified ? email : `${email} (not verified)`, status, sub].join("  "),
        )
        .join("\n");
  }
  const username = readUsername(name);
  if (action === "add") {
    const email = readEmail(params.email);
    return async (pool) => await addUser(pool, { username, email });
  }
  if (action === "reset") return async (pool) => await resetUser(pool, username);
  return async (pool) => {
    await confirm(`The user ${username} is to be removed.`, params);
    return await removeUser(pool, username);
  };
}

const usage = {
  command: "npm run users",
  does: "Makes, lists and removes the users of a stage, and sends them new passwords.",
  options: {
    ...stageOptions,
    email: {
      type: "string",
      value: "ADDRESS",
      does: "where Cognito sends the temporary password of a user who is added",
    },
    yes: { type: "boolean", default: false, does: "does not ask before a user is removed" },
  },
  positionals: [
    { name: "ACTION", does: `what to do: ${actions.join(", ")}` },
    { name: "USERNAME", does: "the user; list takes none" },
  ],
  examples: [
    {
      given: "add NAME --email ADDRESS --stage dev",
      does: "makes a user; Cognito sends a temporary password, good for 3 days",
    },
    { given: "reset NAME --stage dev", does: "sends a new one, or a code for a new password" },
    { given: "list --stage dev", does: "lists all users with their ids" },
    { given: "remove NAME --stage dev", does: "removes a user, whose rows and files stay" },
  ],
} as const satisfies CommandUsage;

runCommand(async () => {
  const { values, positionals } = readArguments(usage);
  const work = readWork({ positionals, email: values.email, yes: values.yes });
  await withStage({ values, command: usage.command }, async (stage) => {
    const { UserPoolId: userPoolId } = await readStackOutputs(stage, apiStack);
    console.error(`${describeAccount(stage)}, user pool ${userPoolId}`);
    const cognito = new CognitoIdentityProviderClient(stage.settings);
    try {
      console.log(await work({ cognito, userPoolId, stage: stage.stage }));
    } finally {
      cognito.destroy();
    }
  });
});
