import * as z from "zod";

export const fieldErrorSchema = z
  .object({
    pointer: z.string().meta({
      description:
        "The broken field: a JSON pointer into the body, `?name` of a query parameter, or `Name:` of a header.",
      example: "/hyperparameters/epochs",
    }),
    reason: z.string(),
    value: z.unknown().optional().meta({
      description: "The value that was given, or the beginning of it. It is absent where none was given.",
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

/** Unfinished work that needs the resource which a request wanted to delete. */
const resourceUserSchema = z
  .object({ type: z.enum(["composition", "training-job"]), id: z.string(), name: z.string() })
  .meta({ id: "ResourceUser", description: "An unfinished composition or training job that needs the resource." });
export type ResourceUser = z.infer<typeof resourceUserSchema>;

/** A problem by RFC 9457. */
export const problemSchema = z
  .object({
    type: z.string().meta({ example: "urn:opencomposer:problem:invalid-request" }),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string(),
    instance: z.string().meta({ description: "The path of the request." }),
    code: z.string().meta({
      description: "The kind of the problem. Codes are stable, so that a client can decide by them.",
      example: "INVALID_REQUEST",
    }),
    requestId: z.string().meta({ description: "The id under which the logs have this request." }),
    errors: z.array(fieldErrorSchema).optional(),
    usedBy: z.array(resourceUserSchema).optional().meta({
      description: "What needs the resource, at most 20 of them. Only a problem with the code `IN_USE` has it.",
    }),
    usedByMore: z
      .int()
      .min(1)
      .optional()
      .meta({ description: "The number of those that `usedBy` does not list, if any." }),
  })
  .meta({
    id: "Problem",
    description: "A response of the API that says why a request was refused or failed (RFC 9457).",
  });
export type ProblemDocument = z.infer<typeof problemSchema>;

/** The errors of API Gateway itself, whose shape cannot be changed: 401, 403, 413 over 10 MB, 429, and its own 503. */
export const gatewayErrorSchema = z.object({ message: z.string() }).meta({
  id: "GatewayError",
  description: "An error response of API Gateway, which it sends before a request reaches the API's functions.",
});
