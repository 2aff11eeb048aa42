/** The tracks of the stage: which is heard, how loud, by which instrument. */
import { instrumentName } from "../../../domain/music/instrument-names";
import type { PieceTrack } from "../piece/piece";
import { texts } from "../texts/en";
import { trackColor, trackLetter } from "./roll-painter";

const programs = Array.from({ length: 128 }, (_, program) => program);

/** How the tracks of a piece are heard, by their numbers. */
export interface Mixing {
  readonly muted: ReadonlySet<number>;
  readonly solo: ReadonlySet<number>;
  readonly gains: ReadonlyMap<number, number>;
}
export const usualMixing: Mixing = { muted: new Set(), solo: new Set(), gains: new Map() };

/** Returns true if a track is not heard: it is muted, or others play solo. */
export const isSilent = ({ muted, solo }: Mixing, track: number): boolean =>
  muted.has(track) || (solo.size > 0 && !solo.has(track));

const toggled = (tracks: ReadonlySet<number>, track: number): ReadonlySet<number> =>
  tracks.has(track) ? new Set([...tracks].filter((one) => one !== track)) : new Set([...tracks, track]);

export interface TracksProps {
  readonly tracks: readonly PieceTrack[];
  readonly mixing: Mixing;
  readonly activeTrack: number;
  /** True if one of the tracks is edited, so that it can be chosen. */
  readonly isEditable: boolean;
  readonly onMixing: (mixing: Mixing) => void;
  readonly onProgram: (track: number, program: number) => void;
  readonly onActivate: (track: number) => void;
}

export function Tracks({ tracks, mixing, activeTrack, isEditable, onMixing, onProgram, onActivate }: TracksProps) {
  return (
    <ul className="tracks" aria-label={texts.stage.tracks}>
      {tracks.map(({ name, program, isDrums }, index) => (
        <li
          key={index}
          className={isEditable && index === activeTrack ? "track track-active" : "track"}
          style={{ borderLeftColor: trackColor(index) }}
        >
          <span className="track-letter" aria-hidden="true" style={{ background: trackColor(index) }}>
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
          {isDrums ? (
            <span className="track-instrument">{texts.stage.drums}</span>
          ) : (
            <select
              className="track-instrument"
              aria-label={texts.stage.instrument(name)}
              value={program}
              onChange={({ target }) => {
                onProgram(index, Number(target.value));
              }}
            >
              {programs.map((one) => (
                <option key={one} value={one}>
                  {texts.stage.program(one + 1, instrumentName(one))}
                </option>
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
