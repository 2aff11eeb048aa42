/** Writes the bass. */
import type { ModelNote } from "../melody";
import { rub, tonesOf } from "./chord";
import { isInScale, type Key } from "./key";
import { velocityNear } from "./loudness";
import { type Hit, hitsOf } from "./rhythm";
import { chosenBy } from "./seeded-random";
import { notesIn, type Span, type Tune } from "./tune";
import { bassRange, pitchesOf, type VoicedSpan } from "./voicing";

export interface BassLineParams {
  readonly tune: Tune;
  readonly key: Key;
  readonly spans: readonly VoicedSpan[];
  /** The rhythm of each bar, by the marks of styles.ts. */
  readonly rhythms: readonly string[];
  readonly barSteps: number;
  readonly random: () => number;
}

/**
 * Returns the pitch that the bass stays below: the lowest tone of the chord that the others play, at all of whose steps
 * the bass is then the lowest.
 */
const ceilingOf = ({ voicing }: VoicedSpan): number => voicing[0] ?? bassRange.highest;

/**
 * Returns the hits of all bars in which the tune is not the bass, each cut where another chord begins. There the root comes
 * in, if no hit does.
 */
function hitsByChord({ spans, rhythms, barSteps }: BassLineParams): Hit[] {
  const hits = rhythms.flatMap((rhythm, bar) =>
    hitsOf(rhythm).map(({ mark, start, end }) => ({ mark, start: start + bar * barSteps, end: end + bar * barSteps })),
  );
  const last = spans.at(-1);
  return spans.flatMap((span, index) => {
    if (span.tuneIsBass) return [];
    if (span === last) return [{ start: span.start, end: span.end, mark: "R" }];
    const inside = hits.filter(({ start }) => start >= span.start && start < span.end);
    const cut = inside.map((hit) => ({ ...hit, end: Math.min(hit.end, span.end) }));
    const previous = spans[index - 1];
    const isNew = previous === undefined || previous.tuneIsBass || previous.chord.root !== span.chord.root;
    if (!isNew) return cut;
    const [first, ...others] = cut;
    if (first?.start === span.start) return [{ ...first, mark: "R" }, ...others];
    return [{ start: span.start, end: first?.start ?? span.end, mark: "R" }, ...cut];
  });
}

/** Returns the pitch that leads on to the root of the next chord, or undefined if none does without rubbing. */
function approach(
  { tune, key, random }: BassLineParams,
  span: VoicedSpan,
  next: VoicedSpan,
  at: Span,
): number | undefined {
  const target = next.bassRoot;
  if (target === undefined || next.chord.root === span.chord.root) return undefined;
  const sounding = notesIn(tune, at);
  const rubs = (pitch: number): boolean => sounding.some((note) => rub(note.pitch, pitch));
  const ceiling = Math.min(ceilingOf(span), ceilingOf(next));
  const candidates = [-1, 1, -2, 2]
    .map((interval) => target + interval)
    .filter((pitch) => pitch >= bassRange.lowest && pitch < ceiling && isInScale(key, pitch) && !rubs(pitch));
  const [first, ...others] = candidates;
  return first === undefined ? undefined : chosenBy(random, [first, ...others]);
}

/** Returns the tone of a chord nearest to its root in the bass, above it if there is room. */
function near(tone: number, root: number, ceiling: number): number {
  const [above] = pitchesOf(tone, root, Math.min(ceiling - 1, bassRange.highest, root + 11));
  const [below] = pitchesOf(tone, Math.max(bassRange.lowest, root - 11), root);
  return above ?? below ?? root;
}

function pitchOf(params: BassLineParams, hit: Hit, span: VoicedSpan, next: VoicedSpan | undefined): number | undefined {
  const { bassRoot: root, chord, voicing } = span;
  if (root === undefined) return undefined;
  const ceiling = ceilingOf(span);
  const [, third = root, fifth = root] = tonesOf(chord);
  // Under a low tune the chord above has no room for all its tones, so that the root is missed if the bass leaves it.
  if (voicing.length < 3 && (hit.mark === "3" || hit.mark === "5")) return root;
  switch (hit.mark) {
    case "3":
      return near(third, root, ceiling);
    case "5":
      return near(fifth, root, ceiling);
    case "O":
      return root + 12 < Math.min(ceiling, bassRange.highest + 1) ? root + 12 : near(fifth, root, ceiling);
    case "A":
      return (next && approach(params, span, next, hit)) ?? near(fifth, root, ceiling);
    default:
      return root;
  }
}

/** Returns a pitch for a note inside a chord: another tone where the wanted one would rub against a note of the tune. */
function withoutRub(tune: Tune, { start }: Hit, span: VoicedSpan, wanted: number): number {
  const sounding = notesIn(tune, { start, end: start + 1 });
  const rubs = (pitch: number): boolean => sounding.some((note) => rub(note.pitch, pitch));
  const { bassRoot: root = wanted, chord } = span;
  const others = tonesOf(chord).map((tone) => near(tone, root, ceilingOf(span)));
  return rubs(wanted) ? (others.find((pitch) => !rubs(pitch)) ?? wanted) : wanted;
}

/** Returns the step at which a bass note ends: early where a note of the tune begins that would rub against it. */
function endOfNote({ tune, spans }: BassLineParams, { start, end }: Hit, pitch: number): number {
  if (start === spans.at(-1)?.start) return end;
  const rubbing = notesIn(tune, { start, end }).find((note) => note.onset > start && rub(note.pitch, pitch));
  return rubbing?.onset ?? end;
}

/** Returns the notes of the bass: at most one at a time, all below the chords. There are none where the tune is the bass. */
export function bassLine(params: BassLineParams): ModelNote[] {
  const { spans, barSteps, random } = params;
  return hitsByChord(params).flatMap((hit) => {
    const index = spans.findIndex(({ start, end }) => hit.start >= start && hit.start < end);
    const span = spans[index];
    const wanted = span && pitchOf(params, hit, span, spans[index + 1]);
    if (span === undefined || wanted === undefined) return [];
    const pitch = hit.start === span.start ? wanted : withoutRub(params.tune, hit, span, wanted);
    const level = hit.start % barSteps === 0 ? 96 : hit.mark === "R" ? 88 : 80;
    const duration = endOfNote(params, hit, pitch) - hit.start;
    return [{ onset: hit.start, duration, pitch, velocity: velocityNear(level, random) }];
  });
}
