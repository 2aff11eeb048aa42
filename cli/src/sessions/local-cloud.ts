/** Signs the users of a local cloud in by themselves, which only the local cloud allows. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import * as z from "zod";
import { CommandError, exitCodes } from "../exit-codes";

export const localUsers = ["demo", "second"] as const;
export type LocalUser = (typeof localUsers)[number];

const userSchema = z.object({ username: z.string(), password: z.string() });
/** What this command line reads of `outputs.json`, which a local cloud writes when it is up. */
const outputsSchema = z.object({
  apiUrl: z.url(),
  awsEndpointUrl: z.url(),
  userPoolClientId: z.string(),
  demoUser: userSchema,
  secondUser: userSchema,
});
export type LocalOutputs = z.infer<typeof outputsSchema>;

const outputsName = "outputs.json";

/**
 * Returns where the outputs of a local cloud are: in the folder that is given, else in the one that the cloud was given
 * by OPENCOMPOSER_LOCAL_DIR, else in `.local` of this folder or of one above it.
 *
 * @throws CommandError that says where it was looked for
 */
export function findOutputs(params: {
  readonly given: string | undefined;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}): string {
  const { given, folder, environment } = params;
  const configured = given ?? environment["OPENCOMPOSER_LOCAL_DIR"];
  const candidates: string[] = [];
  if (configured !== undefined) {
    const whole = resolve(folder, configured);
    candidates.push(join(whole, outputsName), join(whole, ".local", outputsName));
  } else {
    for (let at = resolve(folder); ; at = dirname(at)) {
      candidates.push(join(at, ".local", outputsName));
      if (dirname(at) === at) break;
    }
  }
  const found = candidates.find((file) => existsSync(file));
  if (found !== undefined) return found;
  throw new CommandError(
    exitCodes.unavailable,
    `No local cloud is up: there is no ${candidates[0]}${configured === undefined ? ", nor one in a folder above" : ""}. ` +
      "Start it with npm start in the repository, or name the repository's folder with --local FOLDER. " +
      "For a deployment on AWS: opencomposer login --console https://…",
  );
}

/** @throws CommandError if no local cloud is up, or if the file is none that a local cloud writes */
export function readLocalOutputs(file: string): LocalOutputs {
  if (!existsSync(file)) {
    throw new CommandError(exitCodes.unavailable, `No local cloud is up: ${file} is gone. npm start begins one.`);
  }
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new CommandError(exitCodes.failed, `${file} is not JSON. Start the local cloud anew.`, { cause: error });
  }
  const outputs = outputsSchema.safeParse(content);
  if (outputs.success) return outputs.data;
  throw new CommandError(exitCodes.failed, `${file} is not of a local cloud:\n${z.prettifyError(outputs.error)}`);
}

const signedInSchema = z.object({ AuthenticationResult: z.object({ AccessToken: z.string() }) });

/**
 * Returns an access token of a user of the local cloud.
 * @throws CommandError if the local cloud gives no response, or no token
 */
export async function localAccessToken(outputs: LocalOutputs, user: LocalUser, signal: AbortSignal): Promise<string> {
  const { username, password } = user === "demo" ? outputs.demoUser : outputs.secondUser;
  let response: Response;
  try {
    response = await fetch(outputs.awsEndpointUrl, {
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": "AWSCognitoIdentityProviderService.InitiateAuth",
      },
      body: JSON.stringify({
        AuthFlow: "USER_PASSWORD_AUTH",
        ClientId: outputs.userPoolClientId,
        AuthParameters: { USERNAME: username, PASSWORD: password },
      }),
      signal,
    });
  } catch (error) {
    signal.throwIfAborted();
    throw new CommandError(
      exitCodes.unavailable,
      `No local cloud responds at ${outputs.awsEndpointUrl}; npm start begins one.`,
      { cause: error },
    );
  }
  const text = await response.text();
  const signedIn = signedInSchema.safeParse(response.ok ? JSON.parse(text) : undefined);
  if (signedIn.success) return signedIn.data.AuthenticationResult.AccessToken;
  throw new CommandError(
    exitCodes.notSignedIn,
    `The local cloud did not sign ${username} in: status ${response.status}, ${text.slice(0, 200)}`,
  );
}
