/** The tracks of the stage: which is heard, how loud, by which instrument. */
import { programFamilies, programName } from "../../../domain/music/instrument-names";
import type { PieceTrack } from "../piece/piece";
import { texts } from "../texts/en";
import type { Mixing } from "./mixing";
import { trackLetter } from "./roll-painter";

/** The programs by their families. */
const programGroups = programFamilies.map(({ name, programs }, family) => ({
  name,
  programs: programs.map((label, place) => ({ label, program: family * programs.length + place })),
}));

const toggled = (tracks: ReadonlySet<number>, track: number): ReadonlySet<number> =>
  tracks.has(track) ? new Set([...tracks].filter((one) => one !== track)) : new Set([...tracks, track]);

export interface TracksProps {
  readonly tracks: readonly PieceTrack[];
  readonly mixing: Mixing;
  readonly colorOf: (track: number) => string;
  readonly activeTrack: number;
  /** True if one of the tracks is edited, so that it can be chosen. */
  readonly isEditable: boolean;
  readonly onMixing: (mixing: Mixing) => void;
  /** Called with another instrument of a track. Without it, instruments are told and cannot be chosen. */
  readonly onProgram: ((track: number, program: number) => void) | undefined;
  readonly onActivate: (track: number) => void;
}

export function Tracks(props: TracksProps) {
  const { tracks, mixing, colorOf, activeTrack, isEditable, onMixing, onProgram, onActivate } = props;
  return (
    <ul className="tracks" aria-label={texts.stage.tracks}>
      {tracks.map(({ name, program, isDrums }, index) => (
        <li
          key={index}
          className={isEditable && index === activeTrack ? "track track-active" : "track"}
          style={{ borderLeftColor: colorOf(index) }}
        >
          <span className="track-letter" aria-hidden="true" style={{ background: colorOf(index) }}>
            {trackLetter(name, index)}
          </span>
          {isEditable ? (
            <button
              type="button"
              className="track-name"
              aria-pressed={index === activeTrack}
              aria-label={texts.stage.edit(name)}
              onClick={() => {
                onActivate(index);
              }}
            >
              {name}
            </button>
          ) : (
            <span className="track-name">{name}</span>
          )}
          <button
            type="button"
            className="track-button"
            aria-label={texts.stage.mute(name)}
            aria-pressed={mixing.muted.has(index)}
            onClick={() => {
              onMixing({ ...mixing, muted: toggled(mixing.muted, index) });
            }}
          >
            M
          </button>
          <button
            type="button"
            className="track-button"
            aria-label={texts.stage.solo(name)}
            aria-pressed={mixing.solo.has(index)}
            onClick={() => {
              onMixing({ ...mixing, solo: toggled(mixing.solo, index) });
            }}
          >
            S
          </button>
          {isDrums || onProgram === undefined ? (
            <span className="track-instrument">
              {isDrums ? texts.stage.drums : texts.stage.program(program + 1, programName(program))}
            </span>
          ) : (
            <select
              className="track-instrument"
              aria-label={texts.stage.instrument(name)}
              value={program}
              onChange={({ target }) => {
                onProgram(index, Number(target.value));
              }}
            >
              {programGroups.map(({ name: family, programs }) => (
                <optgroup key={family} label={family}>
                  {programs.map(({ label, program: one }) => (
                    <option key={one} value={one}>
                      {texts.stage.program(one + 1, label)}
                    </option>
                  ))}
                </optgroup>
              ))}
            </select>
          )}
          <input
            className="track-gain"
            type="range"
            min={0}
            max={150}
            step={5}
            aria-label={texts.stage.gain(name)}
            value={Math.round((mixing.gains.get(index) ?? 1) * 100)}
            onChange={({ target }) => {
              onMixing({ ...mixing, gains: new Map(mixing.gains).set(index, Number(target.value) / 100) });
            }}
          />
        </li>
      ))}
    </ul>
  );
}
