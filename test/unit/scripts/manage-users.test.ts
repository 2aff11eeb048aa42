/** What `npm run users` asks of Cognito, by a server in its place. */
import type { IncomingMessage } from "node:http";
import { json } from "node:stream/consumers";
import { CognitoIdentityProviderClient } from "@aws-sdk/client-cognito-identity-provider";
import * as z from "zod";
import { addUser, resetUser, type UserPool } from "../../../scripts/users/manage-users";
import { startListeningServer } from "../../support/listening-server";

const requestSchema = z.looseObject({
  MessageAction: z.string().optional(),
  TemporaryPassword: z.string().optional(),
  DesiredDeliveryMediums: z.array(z.string()).optional(),
});

const operationOf = (request: IncomingMessage): string => String(request.headers["x-amz-target"]).split(".")[1] ?? "";

/** Runs the work on a pool with one user who has never signed in. */
async function askedOf(work: (pool: UserPool) => Promise<string>, stage: UserPool["stage"] = "dev") {
  const created: z.infer<typeof requestSchema>[] = [];
  const server = await startListeningServer((request, response) => {
    void json(request).then((body) => {
      if (operationOf(request) === "AdminCreateUser") created.push(requestSchema.parse(body));
      const user = {
        Username: "ada",
        UserStatus: "FORCE_CHANGE_PASSWORD",
        UserAttributes: [{ Name: "email", Value: "ada@example.org" }],
      };
      response.setHeader("Content-Type", "application/x-amz-json-1.1");
      response.end(JSON.stringify(operationOf(request) === "AdminGetUser" ? user : { User: user }));
    });
  });
  const cognito = new CognitoIdentityProviderClient({
    region: "eu-west-1",
    endpoint: server.url,
    credentials: { accessKeyId: "k", secretAccessKey: "s" },
  });
  try {
    const told = await work({ cognito, userPoolId: "eu-west-1_a", stage });
    return { told, created };
  } finally {
    cognito.destroy();
    await server.stop();
  }
}

test.each([
  [
    "a new user",
    undefined,
    async (pool: UserPool) => await addUser(pool, { username: "ada", email: "ada@example.org" }),
  ],
  ["a user who has never signed in", "RESEND", async (pool: UserPool) => await resetUser(pool, "ada")],
])("%s gets a password that the e-mail brings unchanged, and nobody else is told it", async (_, action, work) => {
  const { told, created } = await askedOf(work);
  expect(created).toEqual([
    expect.objectContaining({
      DesiredDeliveryMediums: ["EMAIL"],
      TemporaryPassword: expect.stringMatching(/^[A-Za-z][A-Za-z0-9!-]{14,}[A-Za-z0-9]$/),
    }),
  ]);
  expect(created[0]?.MessageAction).toBe(action);
  expect(told).not.toContain(created[0]?.TemporaryPassword);
  expect(told).toContain("The dot behind the password is not part of it.");
});

test.each([
  ["added", async (pool: UserPool) => await addUser(pool, { username: "ada", email: "ada@own.test" })],
  ["reset", async (pool: UserPool) => await resetUser(pool, "ada")],
])("nobody is told to look for an e-mail when a user of the local cloud is %s", async (_, work) => {
  const { told } = await askedOf(work, "local");
  expect(told).toMatch(/the local cloud sends no e-mail/i);
  expect(told).not.toContain("spam");
});
