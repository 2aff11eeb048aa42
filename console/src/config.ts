/** What the console must know of its deployment. The host of the console serves it as `/config.json`. */
import * as z from "zod/mini";
import { type ConsoleConfig, consolePaths } from "../../naming/console-paths";

const urlSchema = z.url({ protocol: /^https?$/, error: "must be an address that begins with http:// or https://" });
const textSchema = z.string("must be a text").check(z.minLength(1, "must not be empty"));

const configSchema = z.object(
  {
    apiUrl: urlSchema,
    region: textSchema,
    version: textSchema,
    auth: z.object(
      {
        authority: urlSchema,
        clientId: textSchema,
        authorizeUrl: urlSchema,
        tokenUrl: urlSchema,
        logoutUrl: urlSchema,
        jwksUrl: urlSchema,
        scope: textSchema,
      },
      "must be an object",
    ),
  },
  "must be an object",
);
export type Config = ConsoleConfig;

/** There is no usable `/config.json`. The message says what is wrong with it, field by field. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** Returns the value at a path, as JSON, or the beginning of it. */
function given(json: unknown, path: readonly PropertyKey[]): string {
  let value: unknown = json;
  for (const member of path) {
    value = typeof value === "object" && value !== null ? (Reflect.get(value, member) as unknown) : undefined;
  }
  return value === undefined ? "missing" : JSON.stringify(value).slice(0, 100);
}

/** @throws ConfigError naming every broken field */
export function readConfig(text: string): Config {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new ConfigError("It is not JSON.", { cause: error });
  }
  const parsed = configSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map(
    ({ path, message }) => `${path.join(".") || "It"} ${message}, and is ${given(json, path)}.`,
  );
  throw new ConfigError(fields.join("\n"));
}

/** @throws ConfigError */
export async function loadConfig(): Promise<Config> {
  let response: Response;
  try {
    response = await fetch(consolePaths.config, { cache: "no-cache" });
  } catch (error) {
    throw new ConfigError("It cannot be loaded: the server does not answer.", { cause: error });
  }
  if (!response.ok) throw new ConfigError(`It cannot be loaded: the server answers with status ${response.status}.`);
  return readConfig(await response.text());
}
