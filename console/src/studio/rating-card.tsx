/** Asks how a finished piece sounds. */
import ToggleButton from "@cloudscape-design/components/toggle-button";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { components, Composition } from "../../../client/client";
import { useApi } from "../api/api";
import { fetched } from "../api/fetched";
import { queryKeys } from "../api/query-keys";
import { ProblemAlert } from "../app/problem-alert";
import { studioViewTexts } from "../texts/studio-views";

type Rating = components["schemas"]["RateComposition"]["rating"];

const { rating: words } = studioViewTexts;
const ratings: readonly Rating[] = ["poor", "neutral", "good"];

export function RatingCard({ composition }: { readonly composition: Composition }) {
  const { id, rating } = composition;
  const api = useApi();
  const client = useQueryClient();
  const rate = useMutation({
    mutationFn: async (given: Rating) =>
      await fetched(
        api.POST("/compositions/{compositionId}/rating", {
          params: { path: { compositionId: id } },
          body: { rating: given },
        }),
      ),
    onSuccess: (rated) => {
      client.setQueryData(queryKeys.composition(id), rated);
    },
  });
  const shown = rate.isPending ? rate.variables : rating;
  return (
    <section className="card" aria-labelledby="rating-title">
      <h3 id="rating-title">{words.title}</h3>
      <div className="rating" role="group" aria-labelledby="rating-title">
        {ratings.map((one) => (
          <ToggleButton
            key={one}
            pressed={shown === one}
            disabled={rate.isPending}
            onChange={() => {
              rate.mutate(one);
            }}
          >
            {words.names[one]}
          </ToggleButton>
        ))}
      </div>
      {rate.error !== null && <ProblemAlert error={rate.error} />}
    </section>
  );
}
