/** What the console must know of its deployment. The host of the console serves it as `/config.json`. */
import * as z from "zod/mini";

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
export type Config = z.infer<typeof configSchema>;

/** There is no usable `/config.json`. The message says what is wrong with it, field by field. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
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
  const fields = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "It"}: ${message}.`);
  throw new ConfigError(fields.join("\n"));
}

/** @throws ConfigError */
export async function loadConfig(): Promise<Config> {
  let response: Response;
  try {
    response = await fetch("/config.json", { cache: "no-cache" });
  } catch (error) {
    throw new ConfigError("It cannot be loaded: the server does not answer.", { cause: error });
  }
  if (!response.ok) throw new ConfigError(`It cannot be loaded: the server answers with status ${response.status}.`);
  return readConfig(await response.text());
}
