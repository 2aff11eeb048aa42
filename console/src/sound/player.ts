/** The one player of the console. Whatever begins to play ends what played before. */
import { useSyncExternalStore } from "react";
import { createStore } from "zustand/vanilla";
import { channelsOf, drumChannel } from "../../../domain/music/midi-writer";
import { barTicks, countedBeatTicks, endOfPiece, type Piece } from "../piece/piece";
import { writePiece } from "../piece/write-piece";
import { texts } from "../texts/en";
import { type TrackMix, usualMix } from "./audible-piece";
import { ShownPieces } from "./shown-pieces";
import { SoundError } from "./sound-error";
import { fetchSound, soundOf, soundsOf } from "./sounds";
import type { Synth } from "./synth";
import { TempoMap } from "./tempo-map";

/** Ticks that are played again and again: from the first to the one before the last. */
export interface Loop {
  readonly from: number;
  readonly to: number;
}

export interface PlayerState {
  readonly piece: Piece | undefined;
  readonly status: "paused" | "starting" | "playing";
  /** Why nothing is heard, and what to do, in sentences for the user. */
  readonly error: string | undefined;
  readonly loop: Loop | undefined;
  readonly hasMetronome: boolean;
}

/** A note that a person plays. */
export interface PlayedNote {
  readonly pitch: number;
  readonly velocity?: number;
  readonly program?: number;
  readonly isDrums?: boolean;
}

/** The channel of notes that a person plays: pieces of fewer than fifteen tracks leave it free. */
const keyboardChannel = 15;
const millisecondsBetweenLooks = 20;
/** A click is scheduled so many seconds before it sounds, that no late look misses it. */
const clickAhead = 0.12;

export class Player {
  readonly state = createStore<PlayerState>(() => ({
    piece: undefined,
    status: "paused",
    error: undefined,
    loop: undefined,
    hasMetronome: false,
  }));
  private synth: Promise<Synth> | undefined;
  private started: Synth | undefined;
  private tempoMap = new TempoMap({ tempo: 120, ticksPerBeat: 480 });
  private mixes: TrackMix[] = [];
  /** The piece that the synthesizer has loaded. */
  private loadedPiece: Piece | undefined;
  /** The tick at which playing begins, while nothing plays. */
  private restingTick = 0;
  /** The last note of each pitch that a person plays: when it has begun. */
  private readonly begun = new Map<number, Promise<void>>();
  /** While an edited piece is loaded, its music goes on in time: the second at which it was, and when that was. */
  private goesOn: { readonly second: number; readonly since: number } | undefined;
  private readonly shownPieces = new ShownPieces((piece) => {
    if (this.state.getState().piece === piece) this.pause();
  });
  private readonly listeners = new Set<(tick: number) => void>();
  private looks: ReturnType<typeof setInterval> | undefined;
  private frame = 0;
  private endTimer: ReturnType<typeof setTimeout> | undefined;
  private nextClick = 0;

  /** The tick that is heard now, or at which playing would begin. */
  get position(): number {
    const { piece, status } = this.state.getState();
    if (status === "starting" && this.goesOn !== undefined && piece !== undefined) {
      const { second, since } = this.goesOn;
      return Math.min(endOfPiece(piece), this.tempoMap.tickAt(second + (performance.now() - since) / 1000));
    }
    if (piece === undefined || status !== "playing" || this.started === undefined) return this.restingTick;
    return Math.min(endOfPiece(piece), Math.max(0, this.tempoMap.tickAt(this.started.second)));
  }

  /** Calls the listener with the position in each frame while the piece plays, and at once when it changes otherwise. */
  subscribePosition(listener: (tick: number) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /**
   * Tells that something with a Pause of its own shows the piece. The piece pauses when nothing shows it any more.
   * @returns a function that ends it
   */
  show(piece: Piece): () => void {
    return this.shownPieces.show(piece);
  }

  /** Fetches what playing the piece will need, when the browser has nothing else to do. */
  prepare(piece: Piece): void {
    const fetchAll = (): void => {
      // A sound that does not come is told of when it is played.
      void Promise.allSettled([import("./synth"), ...soundsOf(piece).map(fetchSound)]);
    };
    if ("requestIdleCallback" in globalThis) requestIdleCallback(fetchAll, { timeout: 2000 });
    else setTimeout(fetchAll, 200);
  }

  /**
   * Makes a piece the one that is played. An edited piece takes the place of the one before it, at the same position,
   * and goes on playing in time; any other begins at its beginning, paused.
   */
  load(piece: Piece, { isEdit = false }: { readonly isEdit?: boolean } = {}): void {
    const before = this.state.getState();
    if (before.piece === piece) return;
    if (!isEdit) {
      this.pause();
      this.mixes = [];
      this.restingTick = 0;
    }
    const at = Math.min(isEdit ? this.position : 0, endOfPiece(piece));
    this.tempoMap = new TempoMap(piece);
    this.restingTick = at;
    this.state.setState({ piece, error: undefined, ...(isEdit ? {} : { loop: undefined }) });
    if (before.status !== "paused" && isEdit) {
      this.goesOn = { second: this.tempoMap.secondAt(at), since: performance.now() };
      void this.play();
    } else this.tell(at);
  }

  /** Begins to play where the position is, or at the beginning when it is at the end. An error becomes part of the state. */
  async play(): Promise<void> {
    const { piece } = this.state.getState();
    if (piece === undefined) return;
    clearTimeout(this.endTimer);
    // What is asked for meanwhile, by pause or another load, holds.
    this.state.setState({ status: "starting", error: undefined });
    const isWanted = (): boolean => {
      const { piece: now, status } = this.state.getState();
      return now === piece && status === "starting";
    };
    try {
      const synth = await this.startedSynth(soundsOf(piece));
      await synth.loadSounds(soundsOf(piece));
      if (!isWanted()) return;
      if (this.loadedPiece !== piece) {
        this.loadedPiece = piece;
        await synth.loadFile(writePiece(piece).buffer);
      }
      if (!isWanted()) return;
      this.restingTick = this.position;
      if (this.restingTick >= endOfPiece(piece)) this.restingTick = 0;
      const { loop } = this.state.getState();
      if (loop !== undefined && (this.restingTick < loop.from || this.restingTick >= loop.to))
        this.restingTick = loop.from;
      await synth.goTo(this.tempoMap.secondAt(this.restingTick));
      if (!isWanted()) return;
      this.applyMixes();
      await synth.play();
      if (!isWanted()) {
        synth.pause();
        return;
      }
      // Music that goes on has its clicks until then already.
      this.nextClick = this.goesOn === undefined ? this.restingTick : Math.max(this.nextClick, this.restingTick);
      this.goesOn = undefined;
      this.state.setState({ status: "playing" });
      this.watch();
    } catch (error) {
      if (!isWanted()) return;
      this.loadedPiece = undefined;
      this.goesOn = undefined;
      this.state.setState({
        status: "paused",
        error: error instanceof SoundError ? error.message : texts.sound.notStarted,
      });
    }
  }

  pause(): void {
    const { status } = this.state.getState();
    if (status === "paused") return;
    this.restingTick = this.position;
    this.started?.pause();
    this.rest();
  }

  async toggle(): Promise<void> {
    if (this.state.getState().status === "paused") await this.play();
    else this.pause();
  }

  seek(tick: number): void {
    const { piece, status } = this.state.getState();
    if (piece === undefined) return;
    this.restingTick = Math.min(endOfPiece(piece), Math.max(0, tick));
    this.goesOn = undefined;
    this.nextClick = this.restingTick;
    if (status === "playing" && this.started !== undefined)
      this.started.second = this.tempoMap.secondAt(this.restingTick);
    this.tell(this.restingTick);
  }

  /** Sets how one track is heard. */
  setMix(track: number, mix: TrackMix): void {
    this.mixes[track] = mix;
    this.applyMixes();
  }

  setLoop(loop: Loop | undefined): void {
    this.state.setState({ loop });
  }

  setMetronome(hasMetronome: boolean): void {
    this.nextClick = this.position;
    this.state.setState({ hasMetronome });
  }

  /** Begins a note of the keyboard, whatever else plays. The first one starts the synthesizer. */
  noteOn({ pitch, velocity = 96, program = 0, isDrums = false }: PlayedNote): void {
    const sound = soundOf({ program, isDrums });
    const begin = async (): Promise<void> => {
      try {
        const synth = await this.startedSynth([sound]);
        await synth.loadSounds([sound]);
        await synth.context.resume();
        synth.begin(isDrums ? drumChannel : keyboardChannel, { program, pitch, velocity });
      } catch (error) {
        this.state.setState({ error: error instanceof SoundError ? error.message : texts.sound.notStarted });
      }
    };
    this.begun.set(pitch, begin());
  }

  noteOff(pitch: number): void {
    // A note that ends while its sound is fetched must end when it has begun.
    void this.begun.get(pitch)?.then(() => {
      this.started?.end(keyboardChannel, pitch);
    });
  }

  /**
   * Counts in: clicks for one bar of the piece.
   * @returns the time at which the bar line after them is heard, by `performance.now()`
   * @throws SoundError when the synthesizer does not start
   */
  async countIn(piece: Pick<Piece, "tempo" | "beatsPerBar" | "ticksPerBeat" | "timeSignature">): Promise<number> {
    const synth = await this.startedSynth([soundOf({ program: 0, isDrums: false })]);
    await synth.context.resume();
    const beat = (countedBeatTicks(piece) / piece.ticksPerBeat) * (60 / piece.tempo);
    const beats = barTicks(piece) / countedBeatTicks(piece);
    const first = synth.context.currentTime + 0.1;
    for (let count = 0; count < beats; count += 1) click(synth, first + count * beat, count === 0);
    // Loudspeakers, and wireless ones most, are later than the clock of the sound.
    const heardLater = synth.context.outputLatency;
    return performance.now() + (first + beats * beat - synth.context.currentTime + heardLater) * 1000;
  }

  /** What the tests measure the sound with, once something has played. */
  get analyser(): AnalyserNode | undefined {
    return this.started?.analyser;
  }

  private async startedSynth(sounds: readonly string[]): Promise<Synth> {
    // The context is made in the handler of the user's gesture, without which a browser lets nothing sound.
    this.synth ??= this.startSynth(new AudioContext(), sounds);
    return await this.synth;
  }

  private async startSynth(context: AudioContext, sounds: readonly string[]): Promise<Synth> {
    try {
      const { Synth } = await import("./synth");
      this.started = await Synth.start(context, sounds);
      this.started.whenEnded(() => {
        this.songEnded();
      });
      return this.started;
    } catch (error) {
      this.synth = undefined;
      void context.close();
      throw error;
    }
  }

  private applyMixes(): void {
    const { piece } = this.state.getState();
    if (piece === undefined || this.started === undefined) return;
    for (const [index, channel] of channelsOf(piece.tracks).entries())
      this.started.setChannel(channel, this.mixes[index] ?? usualMix);
  }

  /** The synthesizer ends with the last note, the piece with its last bar. */
  private songEnded(): void {
    const { piece, status } = this.state.getState();
    if (piece === undefined || status !== "playing") return;
    const rest = this.tempoMap.secondAt(endOfPiece(piece)) - this.tempoMap.secondAt(this.position);
    clearTimeout(this.endTimer);
    this.endTimer = setTimeout(
      () => {
        const { loop, status: now } = this.state.getState();
        if (now !== "playing") return;
        this.restingTick = loop === undefined ? endOfPiece(piece) : loop.from;
        if (loop === undefined) this.rest();
        else void this.play();
      },
      Math.max(0, rest) * 1000,
    );
  }

  private rest(): void {
    this.goesOn = undefined;
    clearInterval(this.looks);
    clearTimeout(this.endTimer);
    cancelAnimationFrame(this.frame);
    this.state.setState({ status: "paused" });
    this.tell(this.restingTick);
  }

  private watch(): void {
    clearInterval(this.looks);
    cancelAnimationFrame(this.frame);
    this.looks = setInterval(() => {
      this.keepInLoop();
      if (this.state.getState().hasMetronome) this.scheduleClicks();
    }, millisecondsBetweenLooks);
    const show = (): void => {
      // A busy browser may draw before it looks, and no bar behind the loop should be shown.
      this.keepInLoop();
      this.tell(this.position);
      this.frame = requestAnimationFrame(show);
    };
    this.frame = requestAnimationFrame(show);
  }

  private keepInLoop(): void {
    const { loop } = this.state.getState();
    if (loop !== undefined && this.position >= loop.to) this.seek(loop.from);
  }

  private scheduleClicks(): void {
    const { piece } = this.state.getState();
    if (piece === undefined || this.started === undefined) return;
    const beat = countedBeatTicks(piece);
    const now = this.tempoMap.secondAt(this.position);
    for (;;) {
      const tick = Math.ceil(this.nextClick / beat) * beat;
      const wait = this.tempoMap.secondAt(tick) - now;
      if (wait > clickAhead || tick >= endOfPiece(piece)) return;
      if (wait > -clickAhead)
        click(this.started, this.started.context.currentTime + wait, tick % barTicks(piece) === 0);
      this.nextClick = tick + 1;
    }
  }

  private tell(tick: number): void {
    for (const listener of this.listeners) listener(tick);
  }
}

/** Sounds one click of the metronome at a time of the context. */
function click({ context, analyser }: Synth, at: number, isDownbeat: boolean): void {
  const oscillator = context.createOscillator();
  const envelope = context.createGain();
  const start = Math.max(at, context.currentTime);
  oscillator.frequency.value = isDownbeat ? 1760 : 1320;
  envelope.gain.setValueAtTime(0.25, start);
  envelope.gain.exponentialRampToValueAtTime(0.001, start + 0.05);
  oscillator.connect(envelope).connect(analyser);
  oscillator.start(start);
  oscillator.stop(start + 0.06);
}

const player = new Player();

/** Returns the player of the console. */
export const usePlayer = (): Player => player;

/** Returns a part of the player's state, and renders again when that part changes. The position is not part of it. */
export const usePlayerState = <Part>(choose: (state: PlayerState) => Part): Part =>
  useSyncExternalStore(player.state.subscribe, () => choose(player.state.getState()));
