import { isTrainedOn } from "../../../domain/training/selection";
import { valuesGivenFor } from "../../http/query-names";
import type { Request } from "../../http/request";
import { jsonResponse, type Response } from "../../http/response";
import { invalidRequest } from "../../http/validation";
import { pointerName } from "../../problems/json-pointer";
import { Problem } from "../../problems/problem";
import { shortValue } from "../../problems/short-value";
import { type CataloguePorts, loadCatalogue } from "../../training/catalogue";
import { learnedPieces } from "../../training/learned-pieces";
import { unknownTopics } from "../../training/topics";

export interface ListTrainingTopicsParams extends CataloguePorts {
  readonly request: Request;
}

/** The query parameters that are no tags: the data set whose topics are listed, and its version. */
const dataParameters = ["datasetId", "versionId"] as const;
type DataParameter = (typeof dataParameters)[number];
const isDataParameter = (name: string): name is DataParameter => dataParameters.some((known) => known === name);

/** Reads topics such as `?composer=bach&mode=minor,major&mode=dorian`. Values of one tag may be repeated or joined. */
function topicsOf(query: URLSearchParams): Record<string, string[]> {
  const topics = new Map<string, Set<string>>();
  for (const [tag, values] of query) {
    if (isDataParameter(tag)) continue;
    const known = topics.get(tag) ?? new Set<string>();
    for (const value of values.split(",")) known.add(value);
    topics.set(tag, known);
  }
  return Object.fromEntries([...topics].map(([tag, values]) => [tag, [...values]]));
}

/**
 * Reads the data set or its version from the query.
 * @throws Problem 400 where it names several
 */
function parameterOf(query: URLSearchParams, name: DataParameter): string | undefined {
  const [first, ...more] = query.getAll(name);
  if (more.length === 0) return first;
  const allowed = name === "datasetId" ? "one data set" : "one version";
  const error = { pointer: `?${name}`, reason: "is given several times", allowed };
  throw invalidRequest([{ ...error, ...shortValue(valuesGivenFor(query, name)) }]);
}

/** Lists the tags of a data set, with the number of training pieces that have each value. */
export async function listTrainingTopics({ request, ...ports }: ListTrainingTopicsParams): Promise<Response> {
  const sub = request.subject();
  const { query } = request;
  const topics = topicsOf(query);
  const { catalogue } = await loadCatalogue(ports, {
    ...{ sub, datasetId: parameterOf(query, "datasetId"), versionId: parameterOf(query, "versionId"), at: "?" },
  });
  const all = catalogue.tagValues();
  const unknownTags = Object.keys(topics).filter((tag) => !all.has(tag));
  if (unknownTags.length > 0) {
    const allowed = [...dataParameters, ...all.keys()].join(", ");
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
  const chosen = catalogue.narrow(catalogue.select(topics), isTrainedOn);
  // The counts are of all pieces with the topics, and the selection is what a job learns from.
  const selected = catalogue.pieces(catalogue.narrow(learnedPieces(catalogue, topics).pieces, isTrainedOn));
  return jsonResponse({
    status: 200,
    body: {
      topics: catalogue.count(chosen),
      selection: { pieces: selected.length, bars: selected.reduce((sum, { bars }) => sum + bars, 0) },
    },
  });
}
