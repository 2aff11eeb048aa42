import * as z from "zod";

/**
 * The reason why a composition or a training job failed, in words for its owner. `code` is stable, `message` may
 * change.
 */
export const failureSchema = z.strictObject({
  code: z.string().regex(/^[A-Z][A-Z0-9_]{0,62}$/),
  message: z.string().min(1).max(1024),
  /** True if the same request may succeed later without being changed. */
  retryable: z.boolean(),
});
export type Failure = z.infer<typeof failureSchema>;
