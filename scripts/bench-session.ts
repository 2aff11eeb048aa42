import * as z from "zod";

const outputsSchema = z.object({
  apiUrl: z.url(),
  awsEndpointUrl: z.url(),
  userPoolClientId: z.string(),
  demoUser: z.object({ username: z.string(), password: z.string() }),
});
const tokensSchema = z.object({ AuthenticationResult: z.object({ AccessToken: z.string() }) });

/** An access token for the local cloud's demo user, from the text of its outputs.json. */
export async function signInForBench(
  outputsText: string,
): Promise<{ readonly apiUrl: string; readonly token: string }> {
  const { apiUrl, awsEndpointUrl, userPoolClientId, demoUser } = outputsSchema.parse(JSON.parse(outputsText));
  const answer = await fetch(awsEndpointUrl, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": "AWSCognitoIdentityProviderService.InitiateAuth",
    },
    body: JSON.stringify({
      AuthFlow: "USER_PASSWORD_AUTH",
      ClientId: userPoolClientId,
      AuthParameters: { USERNAME: demoUser.username, PASSWORD: demoUser.password },
    }),
  });
  return { apiUrl, token: tokensSchema.parse(await answer.json()).AuthenticationResult.AccessToken };
}
