import * as z from "zod";

export const fieldErrorSchema = z
  .object({
    pointer: z.string().meta({
      description: "JSON pointer into the body; `?name` for a query parameter, `Name:` for a header.",
      example: "/hyperparameters/epochs",
    }),
    reason: z.string(),
    value: z.unknown().optional().meta({
      description: "The value that was given, or the beginning of it; absent where none was given.",
    }),
    allowed: z.string().meta({ description: "The allowed range, values or form, in words." }),
  })
  .meta({ id: "FieldError" });
export interface FieldError {
  readonly pointer: string;
  readonly reason: string;
  readonly value?: unknown;
  readonly allowed: string;
}

/** RFC 9457. */
export const problemSchema = z
  .object({
    type: z.string().meta({ example: "urn:opencomposer:problem:invalid-request" }),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string(),
    instance: z.string().meta({ description: "Path of the request." }),
    code: z.string().meta({ description: "Stable; branch on this.", example: "INVALID_REQUEST" }),
    requestId: z.string().meta({ description: "Stands in the logs of this request." }),
    errors: z.array(fieldErrorSchema).optional(),
  })
  .meta({ id: "Problem", description: "What every refusal of ours looks like (RFC 9457)." });
export type ProblemDocument = z.infer<typeof problemSchema>;

/** API Gateway's own shape, which cannot be changed: 401, 403, 413 over 10 MB, 429, and 503 of its own. */
export const gatewayErrorSchema = z
  .object({ message: z.string() })
  .meta({ id: "GatewayError", description: "What API Gateway itself answers before a request reaches us." });
