import type { FieldError } from "../../domain/schemas/api/problem";
import type { ProblemCode } from "../../domain/schemas/api/problem-codes";
import type { TrackOrigin } from "../../domain/schemas/track-origin";
import { Problem } from "../problems/problem";
import type { Compositions } from "../stores/compositions";
import type { RequestedOrigin } from "./uploaded-melody";

export interface CheckOriginParams {
  readonly sub: string;
  readonly origin: RequestedOrigin;
  readonly compositions: Pick<Compositions, "get">;
}

/**
 * Checks that the composition of which a file is an edit is the caller's, is finished, and has the track.
 * @returns the origin as the track's row keeps it
 * @throws Problem COMPOSITION_NOT_FOUND, INPUT_NOT_READY, TRACK_NOT_FOUND
 */
export async function checkOrigin({ sub, origin, compositions }: CheckOriginParams): Promise<TrackOrigin> {
  const { fields, ...kept } = origin;
  const { compositionId, trackIndex } = kept;
  if (compositionId === undefined) return kept;
  const composition = await compositions.get({ sub, id: compositionId });
  if (composition === undefined) {
    throw originProblem("COMPOSITION_NOT_FOUND", `There is no composition ${compositionId}.`, {
      ...fields.compositionId,
      reason: "does not exist",
      allowed: "the id of one of your COMPLETED compositions (GET /compositions)",
    });
  }
  const { state, output } = composition;
  if (state !== "COMPLETED" || output === undefined) {
    const detail = `Composition ${compositionId} is ${state}; only a COMPLETED one can be edited.`;
    throw originProblem("INPUT_NOT_READY", detail, {
      ...fields.compositionId,
      reason: `is ${state}`,
      allowed: "a COMPLETED composition",
    });
  }
  const indexes = output.tracks.map(({ index }) => index);
  if (trackIndex !== undefined && !indexes.includes(trackIndex)) {
    throw originProblem("TRACK_NOT_FOUND", `Composition ${compositionId} has no track ${trackIndex}.`, {
      ...fields.trackIndex,
      reason: "no track of the composition has this index",
      allowed: indexes.join(", "),
    });
  }
  return kept;
}

function originProblem(code: ProblemCode, detail: string, error: FieldError): Problem {
  return new Problem(code, { detail, errors: [error] });
}
