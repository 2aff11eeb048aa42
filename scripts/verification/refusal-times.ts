/** How long the API's validation takes to refuse hostile bodies of the largest size that it reads. */
import type * as z from "zod";
import { createCompositionSchema, updateCompositionSchema } from "../../domain/schemas/api/compositions";
import { updateTrackSchema } from "../../domain/schemas/api/tracks";
import { createTrainingJobSchema } from "../../domain/schemas/api/training";
import { Problem } from "../../lambdas/http/problem";
import { bodyLimitBytes, readRequest } from "../../lambdas/http/request";
import { techniqueErrors, type TechniqueField } from "../../lambdas/http/technique-values";
import { parseBody } from "../../lambdas/http/validation";
import { hostileBodies, hostileOperations } from "./hostile-bodies";

export interface RefusalTime {
  readonly operation: string;
  readonly bodies: number;
  readonly slowest: string;
  readonly slowestMilliseconds: number;
}

const checks: Readonly<Record<string, { readonly schema: z.ZodType; readonly field?: TechniqueField }>> = {
  "PATCH /tracks/{id}": { schema: updateTrackSchema },
  "POST /compositions": { schema: createCompositionSchema, field: "parameters" },
  "PATCH /compositions/{id}": { schema: updateCompositionSchema },
  "POST /training-jobs": { schema: createTrainingJobSchema, field: "hyperparameters" },
};

/** Milliseconds from the event to the refusal. */
function timed(text: string, { schema, field }: (typeof checks)[string]): number {
  const started = performance.now();
  try {
    parseBody({
      request: readRequest({ headers: { "content-type": "application/json" }, body: text }),
      schema,
      alsoCheck: (body) => (field === undefined ? [] : techniqueErrors(body, field)),
    });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
  }
  return performance.now() - started;
}

/** The slowest body of each operation. */
export function measureRefusals(): RefusalTime[] {
  return hostileOperations.flatMap(({ method, path, body, places }) => {
    const operation = `${method} ${path}`;
    const check = checks[operation];
    if (check === undefined) return [];
    const times = [...hostileBodies({ body, places, bytes: bodyLimitBytes * 0.95 })].map(({ name, text }) => ({
      name,
      milliseconds: timed(text, check),
    }));
    const slowest = times.reduce((one, other) => (other.milliseconds > one.milliseconds ? other : one));
    return [{ operation, bodies: times.length, slowest: slowest.name, slowestMilliseconds: slowest.milliseconds }];
  });
}
