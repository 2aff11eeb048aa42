import { spawnSync } from "node:child_process";
import { type ECRClient, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr";
import type { PushingProgram } from "./image-push";

export interface EcrLoginParams {
  readonly ecr: Pick<ECRClient, "send">;
  readonly program: PushingProgram;
  /** The registry without a repository, for example `123456789012.dkr.ecr.eu-west-1.amazonaws.com`. */
  readonly registry: string;
  /** Runs the program with a text as its standard input. */
  readonly run?: (program: PushingProgram, args: readonly string[], input: string) => void;
}

function runWithInput(program: PushingProgram, args: readonly string[], input: string): void {
  const { status, stderr, error } = spawnSync(program, args, { input, encoding: "utf8" });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${program} could not log in: ${stderr.trim()}`);
}

/**
 * Logs a program in to a registry of ECR for twelve hours. The password goes through standard input, so that no list
 * of processes shows it.
 *
 * @throws Error if ECR gives no token, or the program refuses it
 */
export async function logInToEcr({ ecr, program, registry, run = runWithInput }: EcrLoginParams): Promise<void> {
  const { authorizationData = [] } = await ecr.send(new GetAuthorizationTokenCommand({}));
  const token = authorizationData[0]?.authorizationToken;
  if (token === undefined) throw new Error(`ECR gave no token for ${registry}.`);
  // The token holds the username and the password, encoded as HTTP's basic authentication does.
  const [username = "", ...password] = Buffer.from(token, "base64").toString("utf8").split(":");
  run(program, ["login", "--username", username, "--password-stdin", registry], password.join(":"));
}
