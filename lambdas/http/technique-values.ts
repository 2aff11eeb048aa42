/** Checks the fields of a request that depend on its technique, in the same pass as the rest of the body. */
import type { FieldError } from "../../domain/schemas/api/problem";
import { beginningOf, readableText } from "../../domain/schemas/text";
import { checkParameters } from "../../domain/techniques/parameter-values";
import { checkCompositionParameters, type Techniques, techniques } from "../../domain/techniques/registry";
import { shortValue } from "../problems/short-value";

/**
 * Returns the error in `body.modelId`: a technique with models needs one, and a technique by rule has none. There is none
 * if the body names no known technique.
 */
export function modelIdErrors(body: Readonly<Record<string, unknown>>, known: Techniques = techniques): FieldError[] {
  const { technique: id, modelId } = body;
  const technique = typeof id === "string" && Object.hasOwn(known, id) ? known[id] : undefined;
  if (technique === undefined) return [];
  const pointer = "/modelId";
  if (technique.byRule && modelId !== undefined) {
    const reason = `${technique.id} works by rule and has no models`;
    return [{ pointer, reason, ...shortValue(modelId), allowed: "no modelId" }];
  }
  if (technique.byRule || modelId !== undefined) return [];
  return [{ pointer, reason: "is required", allowed: `the id of a ${technique.id} model of GET /models` }];
}

/**
 * Returns the error in `body.inputOptions.allTracks`: it is for a technique that hears tracks, and for an uploaded file or a
 * composition of which the request names no track. There is none if the body names no known technique.
 */
export function allTracksErrors(body: Readonly<Record<string, unknown>>, known: Techniques = techniques): FieldError[] {
  const { technique: id, input, inputOptions } = body;
  const technique = typeof id === "string" && Object.hasOwn(known, id) ? known[id] : undefined;
  if (technique === undefined || !isObject(inputOptions) || inputOptions["allTracks"] !== true) return [];
  const error = (reason: string, allowed: string): FieldError[] => [
    { pointer: "/inputOptions/allTracks", reason, value: true, allowed },
  ];
  if (!technique.hearsTracks) {
    const hearing = Object.values(known).filter(({ hearsTracks }) => hearsTracks);
    const techniquesInWords = hearing.map((each) => each.id).join(", ");
    return error(`${technique.id} hears one melody`, `false, or true with the technique ${techniquesInWords}`);
  }
  if (!isObject(input) || Object.hasOwn(input, "trackId")) return [];
  if (!Object.hasOwn(input, "compositionId")) {
    return error("the input has one track", "false, or true with input.trackId or input.compositionId");
  }
  return Object.hasOwn(input, "trackIndex")
    ? error("input.trackIndex chooses one track", "false, or true without input.trackIndex")
    : [];
}

/**
 * Returns the error in `body.inputOptions.extendedTracks`: it is for a technique that goes on with all tracks of an input.
 * There is none if the body names no known technique.
 */
export function extendedTracksErrors(
  body: Readonly<Record<string, unknown>>,
  known: Techniques = techniques,
): FieldError[] {
  const { technique: id, input, inputOptions } = body;
  const technique = typeof id === "string" && Object.hasOwn(known, id) ? known[id] : undefined;
  if (technique === undefined || !isObject(inputOptions) || inputOptions["extendedTracks"] === undefined) return [];
  const error = (reason: string, allowed: string): FieldError[] => [
    { pointer: "/inputOptions/extendedTracks", reason, ...shortValue(inputOptions["extendedTracks"]), allowed },
  ];
  if (!technique.extends || !technique.hearsTracks) {
    const extending = Object.values(known).filter((each) => each.extends && each.hearsTracks);
    const allowed = `no extendedTracks, or the technique ${extending.map((each) => each.id).join(", ")}`;
    return error(`${technique.id} does not go on with its input`, allowed);
  }
  if (!isObject(input)) return [];
  if (Object.hasOwn(input, "trackId")) {
    return inputOptions["allTracks"] === true
      ? []
      : error("only one track is given", "no extendedTracks, or any with inputOptions.allTracks true");
  }
  if (!Object.hasOwn(input, "compositionId")) {
    return error("the input has one track", "no extendedTracks, or any with input.trackId or input.compositionId");
  }
  return Object.hasOwn(input, "trackIndex")
    ? error("input.trackIndex chooses one track", "no extendedTracks, or any without input.trackIndex")
    : [];
}

export type TechniqueField = "parameters" | "hyperparameters";

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Returns every error in `body[field]`, by the technique that the body names. There are none if the body names no known
 * technique or the field is no object.
 */
export function techniqueErrors(
  body: Readonly<Record<string, unknown>>,
  field: TechniqueField,
  known: Techniques = techniques,
): FieldError[] {
  const { technique: id } = body;
  const given = body[field];
  const technique = typeof id === "string" && Object.hasOwn(known, id) ? known[id] : undefined;
  if (technique === undefined || !isObject(given)) return [];
  const { issues } =
    field === "parameters"
      ? checkCompositionParameters(technique, given)
      : checkParameters(technique.hyperparameters, given);
  return issues.map(({ pointer, reason, value, allowed }) => ({
    pointer: `/${field}${readableText(beginningOf(pointer, 100))}`,
    reason,
    ...shortValue(value),
    allowed,
  }));
}
