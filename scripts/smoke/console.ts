/** The step that opens the console as a browser does: the page, what it is told, and the headers that protect it. */
import * as z from "zod";
import { consoleHeaders, contentSecurityPolicy } from "../../naming/console-headers";
import { consolePaths } from "../../naming/console-paths";
import type { Run } from "./run";
import { type Found, StepFailed } from "./step";

const configSchema = z.looseObject({ apiUrl: z.url(), version: z.string() });

const fault = (message: string): StepFailed => new StepFailed("CONSOLE_NOT_SERVED", message);

/** The directives of the policy, without where requests may go: that is of the stage. */
const directivesOf = (policy: string): readonly string[] =>
  policy
    .split(";")
    .map((directive) => directive.trim())
    .filter((directive) => !directive.startsWith("connect-src"));

/** Opens the console. */
export async function openConsole({ params }: Run, consoleUrl: string): Promise<Found<undefined>> {
  const { fetch: sendRequest = fetch, signal, apiUrl } = params;
  const get = async (path: string): Promise<Response> =>
    await sendRequest(new Request(new URL(path, consoleUrl), { signal }));
  for (const path of ["/", "/studio"]) {
    const page = await get(path);
    const type = page.headers.get("content-type") ?? "nothing";
    await page.text();
    if (page.status !== 200 || !type.startsWith("text/html")) {
      throw fault(`GET ${path} of the console is ${page.status} with ${type}, and no page`);
    }
    refuseOtherHeaders(path, page.headers);
  }
  const told = await get(consolePaths.config);
  const config = configSchema.safeParse(told.ok ? await told.json().catch(() => undefined) : undefined).data;
  if (config === undefined) {
    throw fault(`GET ${consolePaths.config} of the console is ${told.status}, and no configuration`);
  }
  if (new URL(config.apiUrl).origin !== new URL(apiUrl).origin) {
    throw fault(`the console is told that the API is at ${config.apiUrl}, and it is at ${apiUrl}`);
  }
  const missing = await get("/assets/no-such-file.js");
  await missing.text();
  if (missing.status !== 404) throw fault(`a file that the console does not have is answered with ${missing.status}`);
  return { value: undefined, found: `version ${config.version} is served, and knows this API` };
}

function refuseOtherHeaders(path: string, headers: Headers): void {
  const policy = "content-security-policy";
  for (const [name, value] of Object.entries(consoleHeaders({ origins: [] }))) {
    const given = headers.get(name);
    const isRight =
      name === policy
        ? directivesOf(contentSecurityPolicy({ origins: [] })).every((one) => directivesOf(given ?? "").includes(one))
        : given === value;
    if (!isRight)
      throw fault(`GET ${path} of the console has the header ${name}: ${given ?? "none"}; expected: ${value}`);
  }
}
