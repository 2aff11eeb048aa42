import { mkdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { sync as writeFileAtomically } from "write-file-atomic";
import * as z from "zod";

const userSchema = z.strictObject({ username: z.string().min(1), password: z.string().min(1) });

/** `.local/outputs.json`: what a client of the local cloud needs to know. Everything is on 127.0.0.1. */
export const outputsSchema = z.strictObject({
  apiUrl: z.url(),
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

/** First thing at a start: until it is there again nobody may believe that the cloud is up. */
export function removeOutputs(file: string): void {
  rmSync(file, { force: true });
}

/** Last thing at a start. Readable by its owner only: it holds passwords, if only of this machine's users. */
export function writeOutputs(file: string, outputs: Outputs): void {
  const content = `${JSON.stringify(outputsSchema.parse(outputs), null, 2)}\n`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileAtomically(file, content, { mode: 0o600 });
}
