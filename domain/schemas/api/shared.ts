/** Schemas that several resources of the API share. */
import * as z from "zod";
import { ulidPattern } from "../../../naming/resource-names";
import { allowedPattern, isVisible, isWellFormed, textRule } from "../text";

export const ulidDescription = "a ULID: 26 characters of Crockford's base 32";
export const idSchema = z
  .string()
  .regex(ulidPattern, "is not one of our ids")
  .meta({ description: ulidDescription, example: "01JD8Z6Y3Q4M5N6P7R8S9T0V1W" });

/**
 * Returns the schema of a user's text, with a length in UTF-16 code units.
 * @param maximum - at least 1
 */
export function textSchema(maximum: number) {
  return (
    z
      .string()
      .min(1)
      .max(maximum)
      .regex(allowedPattern, "has characters that are not allowed")
      .refine(isWellFormed, "has half of a surrogate pair")
      // An empty text is too short, which the length's own rule reports.
      .refine((text) => text === "" || isVisible(text), "has no character that can be seen")
      .meta({ description: `1 to ${maximum} characters, ${textRule}` })
  );
}

/** The name of anything, in bodies and queries. It is free text of its owner and is kept as it was sent. */
export const nameSchema = textSchema(100).meta({ example: "Evening song" });

export const instantSchema = z.iso
  .datetime()
  .meta({ description: "ISO 8601, UTC", example: "2026-01-31T12:00:00.000Z" });
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

const decimalDigits = /^[0-9]+$/;

/**
 * Returns the schema of a whole number in a query or in the field of a form: decimal digits and nothing else. `0x10`,
 * `1e1`, white space and the empty text are not numbers here, though JavaScript would take each of them for one.
 * @param minimum - at least 0
 */
export function numberTextSchema(minimum: number, maximum: number) {
  return z.preprocess((given, context) => {
    if (typeof given === "string" && decimalDigits.test(given)) return Math.min(Number(given), Number.MAX_SAFE_INTEGER);
    context.addIssue({ code: "custom", message: "is not a whole number in decimal digits", input: given });
    return z.NEVER;
  }, z.int().min(minimum).max(maximum));
}

/** The query that every list takes. A list adds its own filters, whose values are texts. */
export const listQuerySchema = z.strictObject({
  limit: numberTextSchema(1, 100).default(20).meta({ description: "The maximum number of items on a page, 1 to 100." }),
  cursor: z.string().min(1).max(2048).optional().meta({
    description:
      "The `nextCursor` of the page before. It keeps that list's filters and order, which need not be sent again and cannot be others.",
  }),
  q: textSchema(100).optional().meta({
    description: "Only items whose name contains this text are listed. Capitals and accents make no difference.",
  }),
  sort: z
    .enum(["createdAt", "name"])
    .optional()
    .meta({ description: "What the list is sorted by: by default, `createdAt`." }),
  order: z.enum(["asc", "desc"]).optional().meta({
    description: "The direction: by default, `desc` (newest first) by `createdAt`, and `asc` (from A to Z) by `name`.",
  }),
});
export type ListQuery = z.output<typeof listQuerySchema>;

/** Returns the schema of a page of a list. */
export const pageOf = <Item extends z.ZodType>(item: Item, id: string) =>
  z
    .object({
      items: z.array(item),
      total: z.int().min(0).meta({ description: "The number of items that fit the filters, on all pages together." }),
      nextCursor: z
        .string()
        .optional()
        .meta({ description: "Send it as `cursor` to get the next page. The last page has none." }),
    })
    .meta({ id });

export const sampledMelodySchema = z.object({ id: z.string(), name: z.string(), bars: z.int() }).meta({
  id: "SampledMelody",
  description: "A melody from which samples are made. Its notes are those of the sample melody with the same id.",
});
export type SampledMelody = z.infer<typeof sampledMelodySchema>;
/** The melodies of a list of samples. */
export const sampledMelodiesSchema = z.array(sampledMelodySchema).meta({
  description:
    "The melodies of the samples, each once, in the order of `GET /sample-melodies`. One that this version of the software does not have is left out.",
});

export const metricValuesSchema = z
  .record(z.string(), z.number())
  .meta({ id: "Metrics", description: "Musical metrics by name; docs/how-models-learn.md says what each one means." });

export const presignedUrlSchema = z
  .object({ url: z.url(), expiresAt: instantSchema })
  .meta({ id: "PresignedUrl", description: "A short-lived URL of the file itself; it needs no token." });

export const failureResponseSchema = z
  .object({ code: z.string(), message: z.string(), retryable: z.boolean() })
  .meta({ id: "Failure" });

export const parameterValueSchema = z.union([z.number(), z.boolean(), z.string()]);
