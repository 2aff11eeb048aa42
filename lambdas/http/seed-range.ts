/** Checks the seed of a request that asks for variations, whose seeds are counted up from it. */
import type { FieldError } from "../../domain/schemas/api/problem";
import { maxSeed, maxVariations } from "../../domain/schemas/composition-parts";

const isWithin = (value: unknown, minimum: number, maximum: number): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= minimum && value <= maximum;

/**
 * Returns the error in `body.seed` if the seeds of all variations do not fit. There is none if one of both fields is
 * broken by itself, which their schemas report.
 */
export function seedErrors({ seed, variations }: Readonly<Record<string, unknown>>): FieldError[] {
  if (!isWithin(seed, 0, maxSeed) || !isWithin(variations, 1, maxVariations)) return [];
  const highest = maxSeed - (variations - 1);
  if (seed <= highest) return [];
  const allowed = `an integer, 0 to ${highest} with ${variations} variations`;
  return [{ pointer: "/seed", reason: "leaves no seeds for all variations", value: seed, allowed }];
}
