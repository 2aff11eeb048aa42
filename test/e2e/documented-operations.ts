/** The operations of docs/openapi.json, so that a test of all routes cannot forget a new one. */
import * as z from "zod";
import document from "../../docs/openapi.json";

const operationSchema = z.object({
  operationId: z.string(),
  security: z.array(z.unknown()).optional(),
  parameters: z.array(z.object({ name: z.string(), in: z.enum(["path", "query", "header"]) })).default([]),
  requestBody: z.object({ content: z.record(z.string(), z.unknown()) }).optional(),
  responses: z.record(z.string(), z.unknown()),
});
const methodSchema = z.enum(["get", "post", "put", "patch", "delete"]);

export interface DocumentedOperation {
  readonly id: string;
  readonly method: string;
  /** With its parameters in braces. */
  readonly path: string;
  readonly pathParameters: readonly string[];
  readonly queryParameters: readonly string[];
  readonly needsToken: boolean;
  /** Media type of the body it wants. */
  readonly bodyType: string | undefined;
}

export const documentedOperations: readonly DocumentedOperation[] = Object.entries(document.paths).flatMap(
  ([path, methods]) =>
    Object.entries(methods).map(([method, described]): DocumentedOperation => {
      const { operationId, security = [], parameters, requestBody } = operationSchema.parse(described);
      const namesIn = (place: string): string[] =>
        parameters.filter((parameter) => parameter.in === place).map(({ name }) => name);
      return {
        id: operationId,
        method: methodSchema.parse(method).toUpperCase(),
        path,
        pathParameters: namesIn("path"),
        queryParameters: namesIn("query"),
        needsToken: security.length > 0,
        bodyType: Object.keys(requestBody?.content ?? {})[0],
      };
    }),
);

/** @throws Error when a parameter of the path has no value: whoever adds a route says what stands for it in a test */
export function fillPath(path: string, values: Readonly<Record<string, string>>): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`no value for {${name}} of ${path}`);
    return encodeURIComponent(value);
  });
}
