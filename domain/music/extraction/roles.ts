/**
 * Chooses what each track of a file is: drums, bass, melody, chords or none. A person's word comes first, then the
 * tracks' names, then their programs, then their shapes. Every choice has its reason.
 */
import { melodyPoints, whyNoTones } from "../melody-choice";
import { isNamedBass, isNamedDrums, isNamedMelody } from "../track-names";
import { kitPitchOf } from "./drum-kit";
import type { PlacedTrack } from "./grid";
import type { PieceBars } from "./piece-bars";
import { overriddenRole, type RoleOverride, type TrackRole } from "./role-overrides";
import { type ShapedTrack, shapedTracks, type TrackShape } from "./track-shape";

/** A track with its role. A track that can be the melody is chords in the bars in which another one is. */
export interface CastTrack {
  readonly placed: PlacedTrack;
  readonly role: TrackRole;
  /** Why it has the role, as words that follow "it". */
  readonly because: string;
  /** Absent of drums and of tracks that are left out. */
  readonly shape?: TrackShape;
}

export interface Cast {
  readonly tracks: readonly CastTrack[];
  /** For each piece bar, the track that is the melody; undefined where none is. */
  readonly melodyOfBar: readonly (PlacedTrack | undefined)[];
  /** True for music of one or two tracks for a keyboard: its voices are found by the heights of notes, not by tracks. */
  readonly isKeyboard: boolean;
}

export interface CastParams {
  readonly tracks: readonly PlacedTrack[];
  readonly map: PieceBars;
  /** The path of the file in its data set, which overrides may name. */
  readonly file: string;
  readonly overrides: readonly RoleOverride[];
}

const isBassProgram = (program: number): boolean => program >= 32 && program <= 39;
const isKeyboardProgram = (program: number): boolean => program <= 7;

/** A bass is lower than this on average if only its name or its program says so: middle C. */
const bassBelow = 60;
/** A bass that only its shape gives away is lower than this on average, and plays so much one note at a time. */
const shapeOfBass = { meanBelow: 53, alone: 0.6 } as const;

/** The melody is chosen anew for each block of so many bars. */
const barsOfBlock = 4;
/** A melody is not lower than this on average in a block: E3. */
const lowestMelody = 52;
/** A track stays the melody unless another one is better by more than this. */
const advantageOfBefore = 0.3;

type KnownRole = Pick<CastTrack, "role" | "because">;

/** Returns the role of a track that needs no comparison with others: by a person's word, or because it has no tones. */
function roleByItself({ track, notes }: PlacedTrack, { file, overrides }: CastParams): KnownRole | undefined {
  const said = overriddenRole(overrides, { file, index: track.index, name: track.name });
  if (said !== undefined) return { role: said, because: "was said to be that" };
  const noTones = whyNoTones(track);
  if (noTones === undefined) return undefined;
  if (track.isDrums) return { role: "drums", because: noTones };
  const inKit = notes.filter(({ pitch }) => kitPitchOf(pitch) !== undefined).length;
  return isNamedDrums(track.name) && 2 * inKit >= notes.length
    ? { role: "drums", because: noTones }
    : { role: "none", because: noTones };
}

/** Returns the tracks that are the bass, and why. By shape there is one at most. */
function chooseBass(candidates: readonly ShapedTrack[]): {
  readonly chosen: readonly ShapedTrack[];
  readonly because: string;
} {
  const isLow = ({ shape }: ShapedTrack): boolean => shape.meanPitch < bassBelow;
  const named = candidates.filter((candidate) => isNamedBass(candidate.placed.track.name) && isLow(candidate));
  if (named.length > 0) return { chosen: named, because: "is named as a bass" };
  const byProgram = candidates.filter((candidate) => isBassProgram(candidate.placed.track.program) && isLow(candidate));
  if (byProgram.length > 0) return { chosen: byProgram, because: "has the instrument of a bass" };
  const fit = ({ shape: { cover, meanPitch } }: ShapedTrack): number => cover - meanPitch / 100;
  const byShape = candidates
    .filter(
      ({ placed, shape }) =>
        !isNamedMelody(placed.track.name) &&
        shape.meanPitch < shapeOfBass.meanBelow &&
        shape.alone >= shapeOfBass.alone,
    )
    .sort((one, other) => fit(other) - fit(one));
  return { chosen: byShape.slice(0, 1), because: "is a low line of one note at a time" };
}

/** The points by which a melody is chosen for a whole file are worth so much where it is chosen block by block. */
const worthOfPoint = 1 / 30;
/** The bits of variety of a melody that has many pitches. */
const muchVariety = 2.5;

/**
 * Returns how much each track is like a melody: by the points that choose the melody of a whole file, and by what only
 * the grid shows. The weights are those with which most bars of real files are right (docs/adr/0052).
 */
function likenessesToMelody(candidates: readonly ShapedTrack[]): number[] {
  const tracks = candidates.map(({ placed }) => placed.track);
  return candidates.map(({ placed, shape: { onTop, variety } }, place) => {
    const points = melodyPoints(placed.track, place, tracks);
    return worthOfPoint * points + 0.5 * onTop + 0.3 * Math.min(1, variety / muchVariety);
  });
}

/** Returns how many bars of a block a track plays in, and the mean of its pitches there. */
function inBlock({ notesOfBar, pitchSumOfBar }: TrackShape, from: number, to: number): readonly [number, number] {
  let played = 0;
  let notes = 0;
  let pitches = 0;
  for (let bar = from; bar < to; bar += 1) {
    const here = notesOfBar[bar] ?? 0;
    if (here > 0) played += 1;
    notes += here;
    pitches += pitchSumOfBar[bar] ?? 0;
  }
  return [played, notes === 0 ? 0 : pitches / notes];
}

interface ChooseMelodiesParams {
  readonly candidates: readonly ShapedTrack[];
  readonly bars: number;
  /** True if a person said that the candidates are melodies: then they are, however little and low they play. */
  readonly areSaid: boolean;
}

/** Returns the track that is the melody of each piece bar; undefined where none plays enough. */
function chooseMelodies({ candidates, bars, areSaid }: ChooseMelodiesParams): (PlacedTrack | undefined)[] {
  const likeness = likenessesToMelody(candidates);
  const melodies: (PlacedTrack | undefined)[] = [];
  let before = -1;
  for (let from = 0; from < bars; from += barsOfBlock) {
    const to = Math.min(from + barsOfBlock, bars);
    const points = candidates.map(({ shape }, index) => {
      const [played, meanPitch] = inBlock(shape, from, to);
      const isEnough = areSaid ? played > 0 : 2 * played >= to - from && meanPitch >= lowestMelody;
      return isEnough ? (likeness[index] ?? 0) + 0.15 * played : -Infinity;
    });
    let best = points.reduce((found, point, index) => (point > (points[found] ?? -Infinity) ? index : found), -1);
    const pointsOfBefore = points[before] ?? -Infinity;
    if (pointsOfBefore > -Infinity && (points[best] ?? 0) - pointsOfBefore < advantageOfBefore) best = before;
    for (let bar = from; bar < to; bar += 1) melodies.push(candidates[best]?.placed);
    before = best;
  }
  return melodies;
}

/** Returns true for music of one track, or of two for a keyboard, of which nobody said anything. */
function isKeyboardMusic(pitched: readonly PlacedTrack[], said: ReadonlyMap<PlacedTrack, unknown>): boolean {
  if (pitched.some((placed) => said.has(placed))) return false;
  return (
    pitched.length === 1 || (pitched.length === 2 && pitched.every(({ track }) => isKeyboardProgram(track.program)))
  );
}

/** The maximum number of tracks of which roles are chosen: files have thousands if every channel of every chunk counts. */
const maxTracksHeard = 64;

/** Returns the tracks with the most notes in piece bars; those without any are not among them. */
function heardTracks(tracks: readonly PlacedTrack[]): ReadonlySet<PlacedTrack> {
  const withNotes = tracks.filter(({ notes }) => notes.length > 0);
  return new Set(withNotes.sort((one, other) => other.notes.length - one.notes.length).slice(0, maxTracksHeard));
}

const notHeard = ({ notes }: PlacedTrack): KnownRole => ({
  role: "none",
  because:
    notes.length === 0
      ? "has no notes in bars that can be used"
      : `is not among the ${maxTracksHeard} tracks with the most notes`,
});

/** Chooses the roles of all tracks. */
export function castTracks(params: CastParams): Cast {
  const { tracks, map } = params;
  const heard = heardTracks(tracks);
  const known = new Map<PlacedTrack, KnownRole>(
    tracks.flatMap((placed) => {
      const role = heard.has(placed) ? roleByItself(placed, params) : notHeard(placed);
      return role === undefined ? [] : [[placed, role] as const];
    }),
  );
  const isPitched = (placed: PlacedTrack): boolean => {
    const role = known.get(placed)?.role;
    return role !== "drums" && role !== "none";
  };
  const shaped = shapedTracks(tracks.filter(isPitched), map);
  const isKeyboard = isKeyboardMusic(
    shaped.map(({ placed }) => placed),
    known,
  );
  const withRole = (role: TrackRole): ShapedTrack[] => shaped.filter(({ placed }) => known.get(placed)?.role === role);
  const unknown = shaped.filter(({ placed }) => !known.has(placed));

  if (withRole("bass").length === 0 && !isKeyboard) {
    const { chosen, because } = chooseBass(unknown);
    for (const { placed } of chosen) known.set(placed, { role: "bass", because });
  }
  const saidMelodies = withRole("melody");
  const areSaid = saidMelodies.length > 0;
  const candidates = areSaid ? saidMelodies : unknown.filter(({ placed }) => !known.has(placed));
  const melodyOfBar = chooseMelodies({ candidates, bars: map.bars.length, areSaid });
  const melodies = new Set(melodyOfBar);
  const shapes = new Map(shaped.map(({ placed, shape }) => [placed, shape]));
  return {
    tracks: tracks.map((placed): CastTrack => {
      const shape = shapes.get(placed);
      const role =
        known.get(placed) ??
        (melodies.has(placed)
          ? { role: "melody" as const, because: "is most like a melody" }
          : { role: "chords" as const, because: "is neither the bass nor most like a melody" });
      return { placed, ...role, ...(shape === undefined ? {} : { shape }) };
    }),
    melodyOfBar,
    isKeyboard,
  };
}
