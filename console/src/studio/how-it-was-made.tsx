/** The edits by which the AR-CNN made a piece: seen one after the other, and heard at any moment. */
import type { Composition } from "../../../client/client";
import { useLook } from "../api/queries";
import { ProblemAlert } from "../app/problem-alert";
import type { Piece } from "../piece/piece";
import type { StageProps } from "../stage/stage";
import { studioViewTexts } from "../texts/studio-views";
import { compositionEditEvents } from "./edit-events";
import { EditReplay } from "./edit-replay";
import { useMadePiece } from "./use-given-piece";

export interface HowItWasMadeProps {
  readonly composition: Composition;
  readonly piece: Piece;
  /** What the technique was given, where the API has kept it. */
  readonly input: Piece | undefined;
  readonly shared: Pick<StageProps, "views" | "view" | "onView">;
}

export default function HowItWasMade({ composition, piece, input, shared }: HowItWasMadeProps) {
  const { id, name, edited } = composition;
  const events = useLook({
    key: ["compositions", "edit-events", id],
    look: compositionEditEvents(id),
    staleTime: Infinity,
  });
  // The edits lead to the machine's own piece, which a person may have corrected since.
  const own = useMadePiece(composition);
  const made = edited === true ? own.piece : piece;
  const failure = events.error ?? (edited === true ? own.error : undefined);
  if (failure !== null && failure !== undefined) return <ProblemAlert error={failure} />;
  if (events.data === undefined || made === undefined) return <p role="status">{studioViewTexts.making.loading}</p>;
  return <EditReplay piece={made} name={name} edits={events.data.items} input={input} shared={shared} />;
}
