/** Writes the instruments that play chords: one strikes them, one holds them, one plays their tones in turn. */
import type { ModelNote } from "../melody";
import { loudnessOf, velocityNear } from "./loudness";
import { type Hit, hitsOf } from "./rhythm";
import type { Tune } from "./tune";
import { clearParts, type VoicedSpan } from "./voicing";

export interface AccompanimentParams {
  readonly tune: Tune;
  readonly spans: readonly VoicedSpan[];
  /** The rhythm of each bar, by the marks of styles.ts. */
  readonly rhythms: readonly string[];
  readonly barSteps: number;
  readonly random: () => number;
}

/** Sixteenths that a tone needs between two notes of the tune against which it would rub. */
const shortestPart = 2;
/** How loud held chords are. */
const padLevel = { barLine: 68, inside: 62 };

/** Returns the hits of a span, cut at its end. The last chord is struck once and held. */
function hitsIn({ rhythms, barSteps, spans }: AccompanimentParams, span: VoicedSpan): Hit[] {
  if (span === spans.at(-1)) return [{ start: span.start, end: span.end, mark: "X" }];
  const firstBar = Math.floor(span.start / barSteps);
  const lastBar = Math.floor((span.end - 1) / barSteps);
  const hits: Hit[] = [];
  for (let bar = firstBar; bar <= lastBar; bar += 1) {
    for (const { start, end, mark } of hitsOf(rhythms[bar] ?? "")) {
      const hit = { start: start + bar * barSteps, end: end + bar * barSteps, mark };
      // A chord that is held when the next one begins is struck anew with the new tones.
      const cut = { ...hit, start: Math.max(hit.start, span.start), end: Math.min(hit.end, span.end) };
      const isLongEnough = cut.start === hit.start || cut.end - cut.start >= shortestPart;
      if (cut.end > cut.start && isLongEnough) hits.push(cut);
    }
  }
  const first = hits[0]?.start ?? span.end;
  // Where the band comes in without a bass, nothing else might sound until the first hit.
  const opens = span === spans[0] && span.tuneIsBass && first > span.start;
  return opens ? [{ start: span.start, end: first, mark: "x" }, ...hits] : hits;
}

interface ToneParams {
  readonly params: AccompanimentParams;
  readonly span: VoicedSpan;
  readonly hit: Hit;
  readonly pitch: number;
  readonly velocity: number;
}

/** Returns the notes of one tone, which is silent while it would rub against the tune. The last chord is whole. */
function tone({ params: { tune, spans }, span, hit, pitch, velocity }: ToneParams): ModelNote[] {
  const { start, end } = hit;
  const parts = span === spans.at(-1) ? [{ start, end }] : clearParts(tune, { start, end }, pitch, shortestPart);
  return parts.map((part) => ({ onset: part.start, duration: part.end - part.start, pitch, velocity }));
}

/**
 * Returns the one tone of a chord that is struck where all of them would rub: that which does so latest, up to there. If
 * all rub at once, as they may against several notes, it sounds nevertheless.
 */
function leastRubbing({ tune }: AccompanimentParams, { voicing }: VoicedSpan, hit: Hit, velocity: number): ModelNote[] {
  const [longest] = voicing
    .map((pitch) => {
      const [part] = clearParts(tune, hit, pitch, 1);
      return { pitch, clear: part?.start === hit.start ? part.end - part.start : 0 };
    })
    .sort((one, other) => other.clear - one.clear);
  if (longest === undefined) return [];
  return [{ onset: hit.start, duration: longest.clear || hit.end - hit.start, pitch: longest.pitch, velocity }];
}

/** Returns the notes of the instrument that strikes chords. */
export function struckChords(params: AccompanimentParams): ModelNote[] {
  return params.spans.flatMap((span) =>
    hitsIn(params, span).flatMap((hit) => {
      const level = loudnessOf(hit.mark);
      const struck = span.voicing.flatMap((pitch) => {
        const velocity = velocityNear(level, params.random);
        // A chord that was struck without a tone does not get it later.
        return tone({ params, span, hit, pitch, velocity }).filter(({ onset }) => onset === hit.start);
      });
      // Without a bass this may be all that accompanies the tune.
      return struck.length === 0 && span.tuneIsBass ? leastRubbing(params, span, hit, level) : struck;
    }),
  );
}

/** Returns the notes of the instrument that holds chords. */
export function heldChords(params: AccompanimentParams): ModelNote[] {
  return params.spans.flatMap((span) => {
    const hit = { start: span.start, end: span.end, mark: "x" };
    const level = span.start % params.barSteps === 0 ? padLevel.barLine : padLevel.inside;
    return span.voicing.flatMap((pitch) =>
      tone({ params, span, hit, pitch, velocity: velocityNear(level, params.random) }),
    );
  });
}

/** Returns the notes of the instrument that plays the tones of the chords in turn, up and down. */
export function brokenChords(params: AccompanimentParams): ModelNote[] {
  return params.spans.flatMap((span) => {
    const { voicing } = span;
    const turn = [...voicing, ...voicing.slice(1, -1).reverse()];
    return hitsIn(params, span).flatMap((hit, index) => {
      const pitch = turn[index % Math.max(1, turn.length)];
      if (pitch === undefined) return [];
      const velocity = velocityNear(loudnessOf(hit.mark) - 8, params.random);
      return tone({ params, span, hit, pitch, velocity }).filter(({ onset }) => onset === hit.start);
    });
  });
}
