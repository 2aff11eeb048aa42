import type { ECRClient } from "@aws-sdk/client-ecr";
import { logInToEcr } from "../../../scripts/images/ecr-login";

const registry = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

/** Logs in with the response that ECR gives. Returns what was run. */
async function logIn(response: unknown): Promise<readonly unknown[]> {
  const runs: unknown[] = [];
  const ecr = { send: async () => await Promise.resolve(response) } as Pick<ECRClient, "send">;
  await logInToEcr({
    ecr,
    program: "podman",
    registry,
    run: (...given) => {
      runs.push(given);
    },
  });
  return runs;
}

test("the password goes through standard input, whole", async () => {
  const authorizationToken = Buffer.from("AWS:se:cret==").toString("base64");
  expect(await logIn({ authorizationData: [{ authorizationToken }] })).toEqual([
    ["podman", ["login", "--username", "AWS", "--password-stdin", registry], "se:cret=="],
  ]);
});

test.each([{}, { authorizationData: [] }, { authorizationData: [{}] }])(
  "a response without a token: %j",
  async (response) => {
    await expect(logIn(response)).rejects.toThrow(`ECR gave no token for ${registry}`);
  },
);
