/**
 * Performs a piece: what a player adds to the notes before they sound. The result is what is written to the MIDI file;
 * the piece itself stays as it was composed, so that nothing is added twice when it is written again or is the input of
 * another one.
 */
import type { PerformanceOptions } from "../schemas/composition-parts";
import { diesAway } from "./instrument-presets";
import { bassTrack, voicesByHeight } from "./instruments";
import { stepsPerBeat } from "./melody";
import { endTick, type MidiNote } from "./midi-note";
import type { TempoSign } from "./midi-scan";
import type { PerformedScore, PerformedTrack, Score } from "./score";
import { type Accent, accentAt, barShapes, ticksPerBar, timeSignatureOf } from "./time-signatures";

/** What a request gets that does not say how the piece is performed. */
export const usualPerformance: PerformanceOptions = {
  dynamics: true,
  mix: true,
  breaths: true,
  ritardando: true,
  instruments: "model",
};

/** Loudness as a factor of a note's own velocity. The tune stands in front, and the bass carries the harmony. */
const loudness = { tune: 1.15, voice: 0.76, bass: 0.88 };

/** A phrase is louder in its middle than at its ends, by up to this share of a note's velocity up and down. */
const archDepth = 0.055;

/** What is added to the loudness for the note's place in its bar, as a share of its velocity. */
const accents: Readonly<Record<Accent, number>> = { downbeat: 0.045, middle: 0.02, beat: 0, offbeat: -0.03 };

/**
 * Values of the controllers channel volume and pan, 0-127. A pan of 64 is the middle. Under a tune whose notes die away,
 * as a piano's do, voices that are held would soon cover it, so they are softer. The figures are measured: docs/benchmarks.md.
 */
const mixing = {
  tune: { volume: 110, pan: 64 },
  bass: { volume: 104, underDyingTune: 68, pan: 64 },
  voice: { volume: 98, underDyingTune: 62, pans: [44, 84, 54, 74] },
};

/** The last bar slows down to this share of the tempo, in equal parts from beat to beat. */
const slowest = 0.92;

/** How many times as long as it is written the last note of the tune is held, where it is not too long for that. */
const fermata = 1.5;

/** A stretch of the tune, from the beginning of its first note to the end of its last. */
interface Phrase {
  readonly startTick: number;
  readonly endTick: number;
}

export interface PerformParams {
  readonly score: Score;
  readonly options: PerformanceOptions;
  /**
   * The sixteenths at which notes of the tune begin that end a phrase. Without them, a phrase ends where the tune rests
   * for an eighth or longer.
   */
  readonly phraseEnds?: readonly number[] | undefined;
}

/**
 * Returns the piece as it is played. The tune, which is the first track, keeps its notes with their ticks, and so does
 * each track that its user has given. They keep their velocities, too, if those of a track differ from each other,
 * because then somebody has chosen them. What was added to a given track begins and ends as voices do.
 */
export function perform({ score, options, phraseEnds }: PerformParams): PerformedScore {
  const lead = score.tracks.find(({ notes }) => notes.length > 0);
  if (lead === undefined) return score;
  const phrases = phrasesOf(lead.notes, score.ticksPerBeat, phraseEnds);
  const breathing = options.breaths ? withBreaths(score, phrases) : score;
  const shaped = options.dynamics ? withDynamics(breathing, phrases) : breathing;
  return {
    ...shaped,
    tracks: options.mix ? mixed(shaped) : shaped.tracks,
    tempos: options.ritardando ? closingTempos(score, lead.notes) : [],
  };
}

/** Returns true for the tune, and for other tracks that the user gave and no technique wrote. */
const isGiven = ({ source, isWritten }: Score["tracks"][number], index: number): boolean =>
  index === 0 || (source !== "generated" && isWritten !== true);

/** Returns the phrases of a line, in their order. There is at least one note. */
function phrasesOf(notes: readonly MidiNote[], ticksPerBeat: number, ends: readonly number[] = []): Phrase[] {
  const step = ticksPerBeat / stepsPerBeat;
  const stated = new Set(ends);
  const phrases: { startTick: number; endTick: number }[] = [];
  let last: { readonly startTick: number; readonly closes: boolean } | undefined;
  for (const note of [...notes].sort((one, other) => one.startTick - other.startTick)) {
    const phrase = phrases.at(-1);
    const closes = stated.has(Math.round(note.startTick / step));
    // Notes of one chord belong to one phrase.
    const goesOn = note.startTick === last?.startTick;
    const rests = phrase !== undefined && note.startTick - phrase.endTick >= ticksPerBeat / 2;
    const isNext = !goesOn && (stated.size > 0 ? last?.closes === true : rests);
    if (phrase === undefined || isNext) phrases.push({ startTick: note.startTick, endTick: endTick(note) });
    else phrase.endTick = Math.max(phrase.endTick, endTick(note));
    last = { startTick: note.startTick, closes: closes || (goesOn && last?.closes === true) };
  }
  return phrases;
}

/**
 * Returns by how many ticks a note that long may end earlier, so that programs which round lengths to sixteenths and
 * triplets of eighths, as score programs do, show it as it was composed: less than half the way to the next shorter
 * length.
 */
function breathOf(durationTicks: number, ticksPerBeat: number): number {
  const shorter = [ticksPerBeat / 4, ticksPerBeat / 3].map((unit) => (Math.ceil(durationTicks / unit) - 1) * unit);
  return Math.ceil((durationTicks - Math.max(...shorter)) / 2) - 1;
}

/**
 * Returns the piece with short silences in the accompaniment, where singers breathe: before rests, and where a phrase
 * of the tune ends. The longest is a tick shorter than a 32nd. A note that would lose half of its length or more stays
 * whole.
 */
function withBreaths(score: Score, phrases: readonly Phrase[]): Score {
  const phraseEnds = new Set(phrases.map((phrase) => phrase.endTick));
  const lastEnd = Math.max(...score.tracks.flatMap(({ notes }) => notes.map(endTick)));
  return {
    ...score,
    tracks: score.tracks.map((track, index) => {
      if (index === 0 || track.isDrums === true) return track;
      // Of a given track, the notes from its seam on are not the user's.
      const shortenedFrom = isGiven(track, index) ? (track.generatedFromTick ?? Infinity) : 0;
      const starts = track.notes.map(({ startTick }) => startTick).sort((one, other) => one - other);
      let position = 0;
      const nextStarts = new Map<number, number>();
      for (const end of [...new Set(track.notes.map(endTick))].sort((one, other) => one - other)) {
        while ((starts[position] ?? Infinity) < end) position += 1;
        nextStarts.set(end, starts[position] ?? Infinity);
      }
      const breathes = (note: MidiNote): boolean => {
        const end = endTick(note);
        if (end >= lastEnd) return false;
        return phraseEnds.has(end) || (nextStarts.get(end) ?? Infinity) - end >= score.ticksPerBeat / 2;
      };
      return {
        ...track,
        notes: track.notes.map((note) => {
          const breath = breathOf(note.durationTicks, score.ticksPerBeat);
          return note.startTick >= shortenedFrom && breath > 0 && 2 * breath < note.durationTicks && breathes(note)
            ? { ...note, durationTicks: note.durationTicks - breath }
            : note;
        }),
      };
    }),
  };
}

/** The lengths of a bar and of a beat that a listener counts, in ticks. */
interface BarTicks {
  readonly bar: number;
  readonly beat: number;
}

function barTicksOf(score: Score): BarTicks {
  const timeSignature = timeSignatureOf(score);
  const bar = ticksPerBar(timeSignature, score.ticksPerBeat);
  return { bar, beat: bar / barShapes[timeSignature].beats };
}

/** Returns the share by which a note is louder or softer for its place in its phrase and in its bar. */
function shapeOf(tick: number, phrase: Phrase | undefined, lengths: BarTicks): number {
  const inPhrase =
    phrase === undefined ? 0 : (tick - phrase.startTick) / Math.max(1, phrase.endTick - phrase.startTick);
  const arch = archDepth * (2 * Math.sin(Math.PI * Math.min(1, Math.max(0, inPhrase))) - 1);
  return arch + accents[accentAt(tick, lengths)];
}

/** Returns the piece with velocities for the place of each note in its phrase and bar, and for its voice. */
function withDynamics(score: Score, phrases: readonly Phrase[]): Score {
  const bass = bassTrack(score);
  const isAccompanied = score.tracks.length > 1;
  const barTicks = barTicksOf(score);
  const factorOf = (index: number): number => {
    if (index === 0) return isAccompanied ? loudness.tune : 1;
    return index === bass ? loudness.bass : loudness.voice;
  };
  return {
    ...score,
    tracks: score.tracks.map((track, index) => {
      const isPlayed = isGiven(track, index) && new Set(track.notes.map(({ velocity }) => velocity)).size > 1;
      if (isPlayed) return track;
      const factor = factorOf(index);
      const phraseAt = phraseFinder(phrases);
      return {
        ...track,
        notes: track.notes.map((note) => {
          const shape = shapeOf(note.startTick, phraseAt(note.startTick), barTicks);
          const velocity = Math.round(note.velocity * factor * (1 + shape));
          return { ...note, velocity: Math.min(127, Math.max(1, velocity)) };
        }),
      };
    }),
  };
}

/** Returns a function that finds the last phrase that has begun at a tick. */
function phraseFinder(phrases: readonly Phrase[]): (tick: number) => Phrase | undefined {
  return (tick) => {
    let low = 0;
    let high = phrases.length;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((phrases[middle]?.startTick ?? Infinity) <= tick) low = middle + 1;
      else high = middle;
    }
    return phrases[low - 1];
  };
}

/** Returns the tracks with their volumes and places between left and right. */
function mixed(score: Score): PerformedTrack[] {
  const bass = bassTrack(score);
  const inner = voicesByHeight(score).filter((index) => index !== bass);
  const { pans } = mixing.voice;
  const tuneDies = diesAway(score.tracks[0]?.program ?? 0);
  return score.tracks.map((track, index) => {
    if (index === 0) return { ...track, ...mixing.tune };
    if (track.mix !== undefined) return { ...track, ...track.mix };
    const { volume: usual, underDyingTune } = index === bass ? mixing.bass : mixing.voice;
    const volume = tuneDies && !diesAway(track.program) ? underDyingTune : usual;
    if (index === bass) return { ...track, volume, pan: mixing.bass.pan };
    const pan = inner.length === 1 ? mixing.tune.pan : (pans[inner.indexOf(index) % pans.length] ?? mixing.tune.pan);
    return { ...track, volume, pan };
  });
}

/**
 * Returns the tempos by which the piece slows down over the bar before the tune's last note, and holds that note. Where
 * anything sounds after it, the piece goes on in its tempo. None of them stands at or before the tune's first note,
 * where programs read the tempo of the piece.
 */
function closingTempos(score: Score, tune: readonly MidiNote[]): TempoSign[] {
  const { tempo } = score;
  const { bar, beat: beatTicks } = barTicksOf(score);
  const starts = tune.map(({ startTick }) => startTick);
  const first = Math.min(...starts);
  const last = Math.max(...starts);
  const beats = bar / beatTicks;
  const slowing = Array.from({ length: beats }, (_, beat): TempoSign => {
    const share = 1 - ((1 - slowest) * (beat + 1)) / beats;
    return { tick: Math.round(last - (beats - beat) * beatTicks), beatsPerMinute: tempo * share };
  });
  const end = Math.max(...tune.filter(({ startTick }) => startTick === last).map(endTick));
  const holding = { tick: last, beatsPerMinute: tempo / holdOf(score, { last, end }) };
  const closing = [...slowing, holding].filter(({ tick }) => tick > first);
  const goesOn = score.tracks.some(({ notes }) => notes.some((note) => endTick(note) > end));
  return closing.length > 0 && goesOn ? [...closing, { tick: end, beatsPerMinute: tempo }] : closing;
}

/**
 * Returns how many times as long as written the tune's last note is held, which is never more than a bar longer. Where
 * anything begins after it, it is no more than as slow as the beat before it, because a fermata would stop what moves.
 */
function holdOf(score: Score, { last, end }: { readonly last: number; readonly end: number }): number {
  // A tune may be played beside the grid on which the other voices stand: what has its sixteenth begins with it.
  const stepOf = (tick: number): number => Math.round((tick * stepsPerBeat) / score.ticksPerBeat);
  const moves = score.tracks.some(({ notes }) => notes.some(({ startTick }) => stepOf(startTick) > stepOf(last)));
  return Math.min(moves ? 1 / slowest : fermata, 1 + barTicksOf(score).bar / (end - last));
}
