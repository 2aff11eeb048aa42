/** Which tracks of the chosen piece go on. */
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import type { PlacedErrors } from "../api/place-errors";
import { type Technique, useComposition, useTrack } from "../api/queries";
import { texts } from "../texts/en";
import type { Draft } from "./draft";
import { changeDraft } from "./draft-store";
import { goesOnWithTracks, numbersOf, tracksOfComposition, tracksOfFile, withTrack } from "./extended-tracks";
import { controlId, shapeControl } from "./form-controls";
import type { Melody } from "./use-melody";

const words = texts.studio.melody;

export interface ExtendedTracksFieldProps {
  readonly draft: Draft;
  readonly melody: Melody;
  readonly technique: Technique | undefined;
  readonly errors: PlacedErrors;
}

/** Shows a checkbox for each track, where the technique goes on with several. */
export function ExtendedTracksField({ draft, melody, technique, errors }: ExtendedTracksFieldProps) {
  const { source, own, shape } = draft;
  const track = useTrack(source.kind === "track" ? source.id : undefined);
  const composition = useComposition(source.kind === "composition" ? source.id : undefined);
  const tracks =
    source.kind === "composition"
      ? tracksOfComposition(composition.data ?? {})
      : tracksOfFile(melody.whole, numbersOf(source.kind === "own" ? own : undefined, track.data));
  if (!goesOnWithTracks(draft, technique) || tracks.length < 2) return null;
  const { extendedTracks } = shape;
  return (
    <FormField
      label={words.extendedTracks}
      constraintText={words.extendedTracksHint}
      errorText={errors.at.get(shapeControl("extendedTracks"))}
    >
      <div role="group" aria-label={words.extendedTracks}>
        {tracks.map(({ index, name, noteCount }, place) => {
          const goesOn = extendedTracks?.includes(index) ?? true;
          return (
            <Checkbox
              key={index}
              {...(place === 0 ? { controlId: controlId(shapeControl("extendedTracks")) } : {})}
              checked={goesOn}
              // At least one track goes on.
              disabled={goesOn && extendedTracks?.length === 1}
              onChange={({ detail }) => {
                const chosen = withTrack(tracks, extendedTracks, { index, goesOn: detail.checked });
                changeDraft({ shape: { ...shape, extendedTracks: chosen } });
              }}
            >
              {words.trackOption(name, noteCount)}
            </Checkbox>
          );
        })}
      </div>
    </FormField>
  );
}
