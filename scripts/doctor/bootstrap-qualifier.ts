import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";

/** The qualifier of a bootstrap that was given none. */
const defaultQualifier = "hnb659fds";

const contextSchema = z.object({ "@aws-cdk/core:bootstrapQualifier": z.string().min(1).optional() });
const settingsSchema = z.object({ context: contextSchema.optional() });

/**
 * Returns the qualifier of the bootstrap that this app is deployed with. The places are those in which the CDK CLI looks
 * for context, in its order; only the option `-c` of a deploy cannot be known.
 *
 * @param places - the folder of the app, and the home folder of its user
 * @throws Error that names the file, if one of them is no JSON or the qualifier in it is no text
 */
export function readBootstrapQualifier(places: { readonly project: string; readonly home: string }): string {
  const { project, home } = places;
  const contexts = [
    readFile(join(project, "cdk.json"), settingsSchema)?.context,
    readFile(join(project, "cdk.context.json"), contextSchema),
    readFile(join(home, ".cdk.json"), settingsSchema)?.context,
  ];
  return (
    contexts.map((context) => context?.["@aws-cdk/core:bootstrapQualifier"]).find((value) => value !== undefined) ??
    defaultQualifier
  );
}

function readFile<Schema extends z.ZodType>(file: string, schema: Schema): z.infer<Schema> | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return schema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new Error(`${file} cannot be read: ${reason}`, { cause: error });
  }
}
