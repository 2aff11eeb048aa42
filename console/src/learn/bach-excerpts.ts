/** What the console's build cuts out of the data set for the quiz: `/bach-excerpts.json`. */
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import * as z from "zod/mini";
import { consolePaths } from "../../../naming/console-paths";

/** The sixteenth at which a note begins, its sixteenths, and its pitch. */
const noteSchema = z.readonly(z.tuple([z.int(), z.int(), z.int()]));

const excerptsSchema = z.object({
  source: z.string(),
  license: z.string(),
  excerpts: z.array(
    z.object({ id: z.string(), title: z.string(), bars: z.int(), voices: z.array(z.readonly(z.array(noteSchema))) }),
  ),
});
export type BachExcerpts = z.infer<typeof excerptsSchema>;

export const useBachExcerpts = (): UseQueryResult<BachExcerpts> =>
  useQuery({
    queryKey: ["bach-excerpts"],
    queryFn: async ({ signal }) => {
      const response = await fetch(consolePaths.bachExcerpts, { signal });
      if (!response.ok) throw new Error(`The excerpts could not be fetched: status ${response.status}.`);
      return excerptsSchema.parse(await response.json());
    },
    staleTime: Infinity,
  });
