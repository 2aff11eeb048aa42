import { isTrainedOn, selectPieces } from "../../../domain/training/selection";
import { valuesGivenFor } from "../../http/query-names";
import type { Request } from "../../http/request";
import { jsonResponse, type Response } from "../../http/response";
import { invalidRequest } from "../../http/validation";
import { pointerName } from "../../problems/json-pointer";
import { Problem } from "../../problems/problem";
import { shortValue } from "../../problems/short-value";
import type { Catalogues } from "../../stores/catalogues";
import type { CatalogueItem } from "../../stores/items";
import { loadCatalogue } from "../../training/catalogue";
import { tagValues, unknownTopics } from "../../training/topics";

export interface ListTrainingTopicsParams {
  readonly request: Request;
  readonly catalogues: Catalogues;
}

/** Reads topics such as `?composer=bach&mode=minor,major&mode=dorian`. Values of one tag may be repeated or joined. */
function topicsOf(query: URLSearchParams): Record<string, string[]> {
  const topics = new Map<string, Set<string>>();
  for (const [tag, values] of query) {
    const known = topics.get(tag) ?? new Set<string>();
    for (const value of values.split(",")) known.add(value);
    topics.set(tag, known);
  }
  return Object.fromEntries([...topics].map(([tag, values]) => [tag, [...values]]));
}

function countValues(pieces: CatalogueItem["pieces"], all: ReadonlyMap<string, ReadonlySet<string>>) {
  const counted = [...all].map(([tag, values]) => {
    const counts = [...values].sort().map((value) => {
      const carrying = pieces.filter(({ tags }) => tags[tag]?.includes(value) === true);
      return [value, carrying.length] as const;
    });
    return [tag, Object.fromEntries(counts)] as const;
  });
  return Object.fromEntries(counted);
}

/** Lists the tags of the stock data set, with the number of training pieces that have each value. */
export async function listTrainingTopics({ request, catalogues }: ListTrainingTopicsParams): Promise<Response> {
  request.subject();
  const topics = topicsOf(request.query);
  const { pieces } = await loadCatalogue(catalogues, undefined);
  const all = tagValues(pieces);
  const unknownTags = Object.keys(topics).filter((tag) => !all.has(tag));
  if (unknownTags.length > 0) {
    const allowed = [...all.keys()].join(", ");
    throw invalidRequest(
      unknownTags.map((tag) => ({
        pointer: `?${pointerName(tag)}`,
        reason: "unknown query parameter",
        ...shortValue(valuesGivenFor(request.query, tag)),
        allowed,
      })),
    );
  }
  const errors = unknownTopics(topics, all).map(({ tag, error }) => ({
    ...error,
    pointer: `?${pointerName(tag)}`,
  }));
  if (errors.length > 0) {
    throw new Problem("TOPIC_NOT_FOUND", { detail: "No piece has some of these topics; `errors` lists them.", errors });
  }
  const selected = selectPieces(pieces, topics).filter(isTrainedOn);
  return jsonResponse({
    status: 200,
    body: {
      topics: countValues(selected, all),
      selection: { pieces: selected.length, bars: selected.reduce((sum, { bars }) => sum + bars, 0) },
    },
  });
}
