/**
 * Finds which note-off ends which note, for the notes of one channel and pitch. MIDI does not say it when a pitch
 * begins again before it has ended, and files differ in what they mean:
 *
 * - If there are as many ends as beginnings when nothing sounds any more, none is missing, and the oldest note ends
 *   first.
 * - If there are fewer, an end was lost. Then a beginning ends the note before it, and the next end is the newest
 *   note's.
 *
 * In both cases a note ends at the latest where its pitch begins again.
 */

/** A key that is pressed, or released if its velocity is 0. */
interface KeyEvent {
  readonly tick: number;
  readonly velocity: number;
}

export interface PairedNote {
  readonly startTick: number;
  readonly endTick: number;
  readonly velocity: number;
}

export interface PairedNotes {
  /** Notes in order of their beginnings. No two begin at one tick, and each lasts at least one tick. */
  readonly notes: readonly PairedNote[];
  /** Ticks at which notes began that were mended or left out. */
  readonly retriggered: readonly number[];
  readonly doubled: readonly number[];
  readonly empty: readonly number[];
  readonly unended: readonly number[];
}

/**
 * Collects the events of one channel and pitch in their order. The memory it takes is bounded by the number of
 * beginnings.
 */
export class KeyEvents {
  /** The events since the pitch last began to sound after silence. */
  private run: KeyEvent[] = [];
  private sounding = 0;
  private readonly paired: PairedNote[] = [];
  private readonly retriggered: number[] = [];
  private readonly doubled: number[] = [];
  private readonly unended: number[] = [];

  begin(tick: number, velocity: number): void {
    this.run.push({ tick, velocity });
    this.sounding += 1;
  }

  end(tick: number): void {
    if (this.sounding === 0) return;
    this.run.push({ tick, velocity: 0 });
    this.sounding -= 1;
    if (this.sounding > 0) return;
    this.endOldestFirst();
    this.run = [];
  }

  /**
   * Ends what still sounds and returns all notes.
   * @param tick - where the track ends
   */
  close(tick: number): PairedNotes {
    if (this.sounding > 0) this.endBeforeEachBeginning(tick);
    const notes: PairedNote[] = [];
    const retriggered = [...this.retriggered];
    const doubled = [...this.doubled];
    const empty: number[] = [];
    for (const note of this.paired) {
      if (note.endTick <= note.startTick) {
        empty.push(note.startTick);
        continue;
      }
      const before = notes.at(-1);
      if (before?.startTick === note.startTick) {
        doubled.push(note.startTick);
        if (note.endTick > before.endTick) notes[notes.length - 1] = note;
      } else {
        if (before !== undefined && before.endTick > note.startTick) {
          retriggered.push(before.startTick);
          notes[notes.length - 1] = { ...before, endTick: note.startTick };
        }
        notes.push(note);
      }
    }
    return { notes, retriggered, doubled, empty, unended: this.unended };
  }

  private endOldestFirst(): void {
    const ends = this.run.filter(({ velocity }) => velocity === 0);
    const begins = this.run.filter(({ velocity }) => velocity > 0);
    begins.forEach(({ tick: startTick, velocity }, index) => {
      this.paired.push({ startTick, endTick: ends[index]?.tick ?? startTick, velocity });
    });
  }

  private endBeforeEachBeginning(endOfTrack: number): void {
    let current: KeyEvent | undefined;
    let endedAnother = false;
    const endCurrent = (endTick: number): void => {
      if (current !== undefined) this.paired.push({ startTick: current.tick, endTick, velocity: current.velocity });
      current = undefined;
    };
    for (const event of this.run) {
      if (event.velocity > 0) {
        if (current?.tick === event.tick) {
          this.doubled.push(event.tick);
          continue;
        }
        endedAnother = current !== undefined;
        if (current !== undefined) this.retriggered.push(current.tick);
        endCurrent(event.tick);
        current = event;
      } else if (endedAnother && current?.tick === event.tick) {
        // Some programs write the beginning of a repeated note before the end of the one before it.
        endedAnother = false;
        this.retriggered.pop();
      } else endCurrent(event.tick);
    }
    // A note that begins where the track ends is reported as a note of no length.
    if (current !== undefined && current.tick < endOfTrack) this.unended.push(current.tick);
    endCurrent(endOfTrack);
  }
}
