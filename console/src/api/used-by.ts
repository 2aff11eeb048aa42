/** What uses a resource that the API does not delete for that reason. */
import * as z from "zod/mini";
import { ProblemError } from "./problem-error";

const usedBySchema = z.object({
  usedBy: z.array(z.object({ type: z.string(), id: z.string(), name: z.string() })),
});

export interface ResourceUser {
  readonly id: string;
  readonly name: string;
  /** The page of the console that shows it, where there is one. */
  readonly href: string | undefined;
}

const pages: Readonly<Record<string, string>> = { composition: "/studio", trainingJob: "/training", model: "/models" };

/** Returns what an IN_USE problem names, and nothing for every other error. */
export function usersOf(error: unknown): readonly ResourceUser[] {
  if (!(error instanceof ProblemError)) return [];
  const parsed = usedBySchema.safeParse(error.problem);
  if (!parsed.success) return [];
  return parsed.data.usedBy.map(({ type, id, name }) => {
    const page = pages[type];
    return { id, name, href: page === undefined ? undefined : `${page}/${id}` };
  });
}
