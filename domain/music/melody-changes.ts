/** Says in sentences, for the person who uploaded a file, what its melody has lost and what was mended in it. */
import { perTechnique, techniqueIds } from "../../naming/resource-names";
import { timeSignaturesTakenBy } from "../techniques/time-signatures";
import {
  barAt,
  barCount,
  choicesInWords,
  otherTimeSignatures,
  rangesOf,
  startOfBar,
  timeSignaturesInWords,
  usableBars,
} from "./bar-lines";
import { fromFirstNotes } from "./bars-with-notes";
import { maxMelodyBars } from "./input-limits";
import { channelKinds, fileKinds, occurrencesInWords } from "./left-out-events";
import { firstBarWithNotes, noteBarsOf, sensibleTempo, tempoRange, type TrackMelody } from "./melody";
import { whyNoTones } from "./melody-choice";
import { endTick } from "./midi-note";
import { type MidiTrack, type Song, tempoAt } from "./song";

/** A rest of at least this many bars is mentioned. */
const longRestBars = 8;

export interface MelodyChangesParams {
  readonly song: Song;
  /** The track from which the melody was made. */
  readonly track: MidiTrack;
  readonly melody: TrackMelody;
}

/** Returns the sentences, the most important first: where the list is cut, the least important ones are lost. */
export function melodyChanges({ song, track, melody }: MelodyChangesParams): string[] {
  const { barLines: stretches } = melody;
  const barOf = (tick: number): number => barAt(stretches, tick);
  return [
    ...noTones(track),
    ...timeSignatureChanges(melody),
    ...restChanges(melody),
    ...endChanges(melody),
    ...tempoChanges(song, melody, barOf),
    ...song.changes,
    ...occurrencesInWords(track.leftOut, channelKinds, barOf),
    ...occurrencesInWords(song.leftOut, fileKinds, barOf),
  ];
}

function noTones(track: MidiTrack): string[] {
  const reason = whyNoTones(track);
  return reason === undefined
    ? []
    : [`track ${track.index} was asked for, but it ${reason}: it is read as if its pitches were tones`];
}

function timeSignatureChanges(melody: TrackMelody): string[] {
  const others = otherTimeSignatures(melody.barLines);
  if (others.length === 0) return [];
  const takers = takersInWords(melody);
  return [`${timeSignaturesInWords(others)}: ${takers} (startBar and bars of inputOptions)`];
}

/** Returns which techniques take which bars: "unet-gan, ar-cnn, transformer take none; arranger takes bars 1 to 8". */
function takersInWords(melody: TrackMelody): string {
  const ranges = rangesOf(melody.barLines);
  const known = { barsWithNotes: noteBarsOf(melody) };
  const choices = perTechnique((technique) =>
    choicesInWords(fromFirstNotes(usableBars(ranges, timeSignaturesTakenBy(technique)), known)),
  );
  return [...new Set(Object.values(choices))]
    .map((choice) => {
      const takers = techniqueIds.filter((technique) => choices[technique] === choice);
      return `${takers.join(", ")} ${takers.length === 1 ? "takes" : "take"} ${choice === "" ? "none" : choice}`;
    })
    .join("; ");
}

function restChanges(melody: TrackMelody): string[] {
  const changes: string[] = [];
  const first = firstBarWithNotes(melody);
  if (first > 1) {
    const rest = first === 2 ? "bar 1 is a rest" : `bars 1 to ${first - 1} are rests`;
    changes.push(`${rest}: the notes begin in bar ${first} (inputOptions.startBar ${first} leaves the rests out)`);
  }
  const gap = maxGap(melody);
  if (gap !== undefined) {
    const after = melody.notes.length - gap.notesBefore;
    const notes = after === 1 ? "only one note comes" : `${after} notes come`;
    changes.push(`nothing sounds for ${gap.bars} bars after bar ${gap.lastBar}; ${notes} after that`);
  }
  return changes;
}

interface Gap {
  /** The bar in which the last sound before it ends. */
  readonly lastBar: number;
  readonly bars: number;
  readonly notesBefore: number;
}

/** Returns the longest rest between two notes, if it has at least {@link longRestBars} bars of the length at its beginning. */
function maxGap({ notes, barLines: stretches }: TrackMelody): Gap | undefined {
  let max = 0;
  let from = 0;
  let notesBefore = 0;
  let soundingUntil = notes[0]?.startTick ?? 0;
  for (const [index, note] of notes.entries()) {
    if (note.startTick - soundingUntil > max) {
      max = note.startTick - soundingUntil;
      from = soundingUntil;
      notesBefore = index;
    }
    soundingUntil = Math.max(soundingUntil, endTick(note));
  }
  const { barTicks = Infinity } = stretches.findLast(({ startTick }) => startTick < from) ?? {};
  const bars = Math.floor(max / barTicks);
  return bars < longRestBars ? undefined : { lastBar: barAt(stretches, from - 1), bars, notesBefore };
}

function endChanges(melody: TrackMelody): string[] {
  const { barLines: stretches } = melody;
  const over = Math.max(...melody.notes.map(endTick)) - startOfBar(stretches, barCount(stretches) + 1);
  const changes: string[] = [];
  if (over > 0) {
    const ticks = over === 1 ? "1 tick" : `${over} ticks`;
    changes.push(`the last note ends ${ticks} after bar ${melody.bars}: it is taken to end with the bar`);
  }
  if (melody.bars > maxMelodyBars) {
    changes.push(`the melody has ${melody.bars} bars; one composition takes ${maxMelodyBars} at most`);
  }
  return changes;
}

function tempoChanges(song: Song, melody: TrackMelody, barOf: (tick: number) => number): string[] {
  const lastEnd = Math.max(...melody.notes.map(endTick));
  const firstStart = melody.notes[0]?.startTick ?? 0;
  const asWritten = tempoAt(song, firstStart);
  const isAsWritten = asWritten === melody.tempo;
  const { slowest, fastest } = tempoRange;
  const replaced = `the tempo at the first note is ${asWritten} beats a minute: ${melody.tempo} is used (${slowest} to ${fastest} can be)`;
  const changes = isAsWritten ? [] : [replaced];
  let holding = melody.tempo;
  const later = song.tempos.filter(({ tick, beatsPerMinute }) => {
    const tempo = sensibleTempo(beatsPerMinute);
    if (tick <= firstStart || tick >= lastEnd || tempo === holding) return false;
    holding = tempo;
    return true;
  });
  const [first] = later;
  if (first === undefined) return changes;
  const often = later.length === 1 ? "once" : `${later.length} times`;
  const place = later.length === 1 ? "in" : "first in";
  const used = `${melody.tempo} beats a minute${isAsWritten ? ", as at the first note," : ""} is used throughout`;
  return [
    ...changes,
    `the tempo changes ${often}, ${place} bar ${barOf(first.tick)} to ${first.beatsPerMinute}: ${used}`,
  ];
}
