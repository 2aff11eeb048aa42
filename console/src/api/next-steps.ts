/** What a user can do about a problem. The API says what is wrong; this says what to do next in the console. */
import type { Problem } from "../../../client/client";
import { texts } from "../texts/en";

const stepByCode: Readonly<Record<string, string>> = texts.problems.nextSteps;

/** Returns a sentence, or nothing where the problem itself says all there is to say. */
export const nextStep = ({ code, status }: Pick<Problem, "code" | "status">): string | undefined =>
  stepByCode[code] ?? (status === 429 || status >= 500 ? texts.problems.tryLater : undefined);
