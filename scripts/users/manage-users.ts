/** Makes, lists and removes the users of a stage, and sends them new passwords. */
import {
  AdminCreateUserCommand,
  AdminDeleteUserCommand,
  AdminGetUserCommand,
  AdminResetUserPasswordCommand,
  AliasExistsException,
  type AttributeType,
  type CognitoIdentityProviderClient,
  paginateListUsers,
  UsernameExistsException,
  UserNotFoundException,
} from "@aws-sdk/client-cognito-identity-provider";
import * as z from "zod";
import type { Stage } from "../../naming/resource-names";
import { userPartition } from "../../naming/table-keys";
import { UsageError } from "../../tools/command-line";
import { randomPassword } from "../../tools/random-password";

export interface UserPool {
  readonly cognito: CognitoIdentityProviderClient;
  readonly userPoolId: string;
  /** For the commands that messages name. */
  readonly stage: Stage;
}

export interface User {
  readonly username: string;
  /** The id under which the user's rows and files are kept. */
  readonly sub: string;
  readonly email: string | undefined;
  /** True: Cognito sends a code to this address when the user has forgotten the password. */
  readonly emailVerified: boolean;
  /** The status in Cognito's words: CONFIRMED, FORCE_CHANGE_PASSWORD (the first password is temporary), … */
  readonly status: string;
}

/** The address of Cognito's own sender. No setting connects a pool to Amazon SES. */
const sender = "no-reply@verificationemail.com";
const mailHint = `It comes from ${sender}; look among the spam, too. The dot behind the password is not part of it.`;

/** Days for which a temporary password is good (`tempPasswordValidity` in lib/constructs/user-directory.ts). */
const temporaryPasswordDays = 3;

/**
 * Returns the username.
 *
 * Users of this pool may sign in with their e-mail address as well. For that reason Cognito refuses a username that
 * looks like one.
 *
 * @throws UsageError that says what is allowed
 */
export function readUsername(text: string | undefined): string {
  const allowed = "1 to 128 letters, digits and signs without spaces, and no e-mail address";
  if (text === undefined) throw new UsageError(`The username is missing; it must have ${allowed}.`);
  if (z.email().safeParse(text).success) {
    throw new UsageError(
      `The username is "${text}", an e-mail address; it must have ${allowed}. Give the address by --email: the user can sign in with it, too.`,
    );
  }
  if (!/^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,128}$/u.test(text)) {
    throw new UsageError(`The username is "${text}"; it must have ${allowed}.`);
  }
  return text;
}

/** @throws UsageError if the address is missing or is none */
export function readEmail(text: string | undefined): string {
  const parsed = z.email().safeParse(text);
  if (parsed.success) return parsed.data;
  throw new UsageError(
    `--email is ${text === undefined ? "missing" : `"${text}"`}; it must be the e-mail address that Cognito sends the temporary password to.`,
  );
}

/**
 * Makes a user. Cognito sends the temporary password by e-mail, and it is told nowhere else. Cognito's own passwords
 * have characters that the HTML of its e-mail loses.
 *
 * The address counts as verified, because an operator has given it. Without that, the user could never get a new
 * password.
 *
 * @throws Error if the name or the address has a user already
 */
export async function addUser(
  { cognito, userPoolId, stage }: UserPool,
  { username, email }: { readonly username: string; readonly email: string },
): Promise<string> {
  try {
    await cognito.send(
      new AdminCreateUserCommand({
        UserPoolId: userPoolId,
        Username: username,
        TemporaryPassword: randomPassword(),
        UserAttributes: [
          { Name: "email", Value: email },
          { Name: "email_verified", Value: "true" },
        ],
        DesiredDeliveryMediums: ["EMAIL"],
      }),
    );
  } catch (error) {
    if (error instanceof UsernameExistsException) {
      throw new Error(
        `The username is "${username}", which a user has already; capitals make no difference. A new temporary password for that user: npm run users -- reset ${username} --stage ${stage}`,
        { cause: error },
      );
    }
    if (error instanceof AliasExistsException) {
      throw new Error(`--email is "${email}", which another user has already; each address has one user.`, {
        cause: error,
      });
    }
    throw error;
  }
  if (stage === "local") {
    return (
      `The user ${username} is made, and cannot sign in: the local cloud sends no e-mail, ` +
      "and the temporary password is told nowhere else. " +
      `Its users demo and second can: npm run token -- --user second`
    );
  }
  return `Cognito sends a temporary password to ${email}. It is good for ${temporaryPasswordDays} days; after that: npm run users -- reset ${username} --stage ${stage}. ${mailHint}`;
}

/** Returns all users, in the order of Cognito. */
export async function listUsers({ cognito, userPoolId }: UserPool): Promise<readonly User[]> {
  const users: User[] = [];
  for await (const { Users = [] } of paginateListUsers({ client: cognito }, { UserPoolId: userPoolId })) {
    for (const { Username = "", Attributes = [], UserStatus } of Users) {
      users.push(userOf(Username, Attributes, UserStatus));
    }
  }
  return users;
}

/**
 * Removes a user. Rows and files of the user stay.
 * @returns the sentence that says where they are
 * @throws Error if there is no such user
 */
export async function removeUser(pool: UserPool, username: string): Promise<string> {
  const { sub } = await findUser(pool, username);
  await pool.cognito.send(new AdminDeleteUserCommand({ UserPoolId: pool.userPoolId, Username: username }));
  return (
    `${username} cannot sign in any more, and a token that was given out works for an hour at most. ` +
    `The user's rows (pk = ${userPartition(sub)}) and files (users/${sub}/ in both buckets) stay: no command erases them yet.`
  );
}

/**
 * Sends a new temporary password to a user who has never signed in, and a code for a new password to everybody else.
 * @throws Error if there is no such user, or if the user can get no e-mail
 */
export async function resetUser(pool: UserPool, username: string): Promise<string> {
  const { cognito, userPoolId, stage } = pool;
  const nowhere = "The local cloud sends no e-mail, so nobody gets the new password.";
  const { status, email, emailVerified } = await findUser(pool, username);
  if (email === undefined)
    throw new Error(`${username} has no e-mail address, so Cognito has nowhere to send a password to.`);
  if (status === "FORCE_CHANGE_PASSWORD") {
    await cognito.send(
      new AdminCreateUserCommand({
        UserPoolId: userPoolId,
        Username: username,
        TemporaryPassword: randomPassword(),
        MessageAction: "RESEND",
        DesiredDeliveryMediums: ["EMAIL"],
      }),
    );
    if (stage === "local") return nowhere;
    return `Cognito sends a new temporary password to ${email}. It is good for ${temporaryPasswordDays} days. ${mailHint}`;
  }
  if (!emailVerified) {
    throw new Error(
      `The address ${email} of ${username} is not verified, so Cognito sends no code to it. Verify it: aws cognito-idp admin-update-user-attributes --user-pool-id ${userPoolId} --username ${username} --user-attributes Name=email_verified,Value=true`,
    );
  }
  await cognito.send(new AdminResetUserPasswordCommand({ UserPoolId: userPoolId, Username: username }));
  if (stage === "local") return `The password of ${username} is void. ${nowhere}`;
  return `The password of ${username} is void. Cognito sends a code to ${email}, which the sign-in page takes for a new password.`;
}

async function findUser({ cognito, userPoolId, stage }: UserPool, username: string): Promise<User> {
  try {
    const found = await cognito.send(new AdminGetUserCommand({ UserPoolId: userPoolId, Username: username }));
    return userOf(found.Username ?? username, found.UserAttributes ?? [], found.UserStatus);
  } catch (error) {
    if (!(error instanceof UserNotFoundException)) throw error;
    throw new Error(
      `The username is "${username}", which no user has. All users: npm run users -- list --stage ${stage}`,
      {
        cause: error,
      },
    );
  }
}

function userOf(username: string, attributes: readonly AttributeType[], status: string | undefined): User {
  const value = (name: string): string | undefined => attributes.find(({ Name }) => Name === name)?.Value;
  return {
    username,
    sub: value("sub") ?? "",
    email: value("email"),
    emailVerified: value("email_verified") === "true",
    status: status ?? "UNKNOWN",
  };
}
