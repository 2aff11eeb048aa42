import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { sync as writeFileAtomically } from "write-file-atomic";
import * as z from "zod";

const userSchema = z.strictObject({ username: z.string().min(1), password: z.string().min(1) });

/**
 * The content of `.local/outputs.json`, which tells clients of the local cloud its addresses, users and passwords.
 * Everything listens on 127.0.0.1.
 */
const outputsSchema = z.strictObject({
  apiUrl: z.url(),
  /** The address of the console, with the key that signs the demo user in without a password. */
  consoleUrl: z.url(),
  region: z.string(),
  userPoolId: z.string().min(1),
  userPoolClientId: z.string().min(1),
  demoUser: userSchema,
  secondUser: userSchema,
  awsEndpointUrl: z.url(),
  sagemakerEndpointUrl: z.url(),
  artifactsBucket: z.string().min(1),
  workBucket: z.string().min(1),
  tableName: z.string().min(1),
  stateMachineArn: z.string().min(1),
  pids: z.record(z.string(), z.int().positive()),
});
export type Outputs = z.infer<typeof outputsSchema>;

/**
 * Removes the outputs file. A start does this first, because a client may take the cloud for ready as soon as the file
 * is there.
 */
export function removeOutputs(file: string): void {
  rmSync(file, { force: true });
}

/**
 * Returns what the outputs file says, or undefined if there is no file, because no local cloud is up.
 *
 * @throws Error that names the file, what is wrong with it and what to do, where its content is not what a start writes
 */
export function readOutputs(file: string): Outputs | undefined {
  if (!existsSync(file)) return undefined;
  const content = readFileSync(file, "utf8");
  const damaged = (reason: string, cause: unknown): Error =>
    new Error(
      `${file} does not hold the addresses of a local cloud: ${reason}\n` +
        "Each start writes this file anew. End the local cloud if it runs (Ctrl-C in its terminal), then: npm start",
      { cause },
    );
  let parsed: unknown;
  try {
    parsed = JSON.parse(content);
  } catch (error) {
    throw damaged("it is not JSON, so it was cut off or changed.", error);
  }
  const outputs = outputsSchema.safeParse(parsed);
  if (outputs.success) return outputs.data;
  const broken = outputs.error.issues.map(({ path, message }) => `${path.join(".") || "all of it"}: ${message}`);
  throw damaged(`${broken.join("; ")}.`, outputs.error);
}

/**
 * Writes the outputs file, which ends a start. Only its owner can read it, because it holds passwords, if only of this
 * machine's users.
 */
export function writeOutputs(file: string, outputs: Outputs): void {
  const content = `${JSON.stringify(outputsSchema.parse(outputs), null, 2)}\n`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileAtomically(file, content, { mode: 0o600 });
}
