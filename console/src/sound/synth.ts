/**
 * The synthesizer, in a chunk of its own: spessasynth_lib plays a General MIDI file with the sounds that are loaded.
 * Nobody else knows the library.
 */
import { BasicMIDI } from "spessasynth_core";
import { Sequencer, WorkletSynthesizer } from "spessasynth_lib";
import processorUrl from "spessasynth_lib/dist/spessasynth_processor.min.js?url";
import { texts } from "../texts/en";
import { SoundError, within } from "./sound-error";
import { fetchSound } from "./sounds";

/** The library mixes quietly: four voices peak at 0.17. */
const masterGain = 4;
const secondsToStart = 15;

/** The synthesizer of an audio context, and what plays files on it. */
export class Synth {
  readonly output: GainNode;
  readonly analyser: AnalyserNode;
  private readonly loaded = new Set<string>();

  private constructor(
    readonly context: AudioContext,
    private readonly synthesizer: WorkletSynthesizer,
    private readonly sequencer: Sequencer,
  ) {
    this.output = context.createGain();
    this.output.gain.value = masterGain;
    this.analyser = context.createAnalyser();
    const limiter = context.createDynamicsCompressor();
    synthesizer.connect(this.output);
    this.output.connect(limiter).connect(this.analyser).connect(context.destination);
  }

  /**
   * Starts a synthesizer with the sounds of the first piece.
   * @throws SoundError when it does not start
   */
  static async start(context: AudioContext, sounds: readonly string[]): Promise<Synth> {
    const begin = async (): Promise<Synth> => {
      await context.audioWorklet.addModule(processorUrl);
      const synthesizer = new WorkletSynthesizer(context);
      const synth = new Synth(context, synthesizer, new Sequencer(synthesizer, { skipToFirstNoteOn: false }));
      await synth.loadSounds(sounds);
      await synthesizer.isReady;
      return synth;
    };
    return await within(secondsToStart, begin(), texts.sound.notStarted);
  }

  async loadSounds(sounds: readonly string[]): Promise<void> {
    const missing = sounds.filter((sound) => !this.loaded.has(sound));
    const files = await Promise.all(missing.map(fetchSound));
    for (const [index, sound] of missing.entries()) {
      const file = files[index];
      if (file === undefined || this.loaded.has(sound)) continue;
      this.loaded.add(sound);
      // The bytes go to the worklet, so it gets a copy.
      await this.synthesizer.soundBankManager.addSoundBank(file.slice(0), sound);
    }
  }

  /** Loads a file, which does not begin to play. */
  async loadFile(binary: ArrayBuffer): Promise<void> {
    // Another file in the place of one that plays would begin by itself. The worklet's answer to a later pause could
    // come after the next play, and stop the clock on this side of it.
    this.sequencer.pause();
    const load = new Promise<void>((resolve, reject) => {
      this.sequencer.eventHandler.addEvent("songChange", "load", () => {
        resolve();
      });
      this.sequencer.eventHandler.addEvent("midiError", "load", (error) => {
        reject(new SoundError(texts.sound.notPlayable, { cause: error }));
      });
    });
    this.sequencer.loadNewSongList([{ binary, fileName: "piece.mid" }]);
    await within(secondsToStart, load, texts.sound.notStarted);
  }

  /** Goes to a second, and waits until the worklet is there: before, its clock tells of another place. */
  async goTo(second: number): Promise<void> {
    const arrival = new Promise<void>((resolve) => {
      // A file that was just loaded tells of its beginning first.
      this.sequencer.eventHandler.addEvent("timeChange", "go", (time) => {
        if (Math.abs(time - second) < 0.001) resolve();
      });
    });
    this.sequencer.currentTime = second;
    await within(secondsToStart, arrival, texts.sound.notStarted);
  }

  whenEnded(listener: () => void): void {
    this.sequencer.eventHandler.addEvent("songEnded", "player", listener);
  }

  async play(): Promise<void> {
    await within(secondsToStart, this.context.resume(), texts.sound.notStarted);
    this.sequencer.play();
  }

  pause(): void {
    this.sequencer.pause();
    this.synthesizer.stopAll();
  }

  get second(): number {
    return this.sequencer.currentHighResolutionTime;
  }

  set second(second: number) {
    this.sequencer.currentTime = second;
  }

  setChannel(channel: number, { muted, gain }: { readonly muted: boolean; readonly gain: number }): void {
    const place = this.synthesizer.midiChannels[channel];
    place?.setSystemParameter("isMuted", muted);
    place?.setSystemParameter("gain", gain);
  }

  begin(
    channel: number,
    { program, pitch, velocity }: Readonly<Record<"program" | "pitch" | "velocity", number>>,
  ): void {
    this.synthesizer.programChange(channel, program);
    this.synthesizer.noteOn(channel, pitch, velocity);
  }

  end(channel: number, pitch: number): void {
    this.synthesizer.noteOff(channel, pitch);
  }
}

const sampleRate = 44_100;

/**
 * Renders a file as fast as the machine can.
 * @throws SoundError when the synthesizer does not start
 */
export async function render(binary: ArrayBuffer, sounds: readonly string[], seconds: number): Promise<AudioBuffer> {
  const context = new OfflineAudioContext(2, Math.ceil(sampleRate * seconds), sampleRate);
  const begin = async (): Promise<void> => {
    await context.audioWorklet.addModule(processorUrl);
    const files = await Promise.all(sounds.map(fetchSound));
    const synthesizer = new WorkletSynthesizer(context, { eventsEnabled: false });
    synthesizer.connect(context.destination);
    await synthesizer.startOfflineRender({
      midiSequence: BasicMIDI.fromArrayBuffer(binary),
      loopCount: 0,
      soundBankList: files.map((file) => ({ bankOffset: 0, soundBankBuffer: file.slice(0) })),
      sequencerOptions: { skipToFirstNoteOn: false },
    });
  };
  await within(secondsToStart, begin(), texts.sound.notStarted);
  return await context.startRendering();
}
