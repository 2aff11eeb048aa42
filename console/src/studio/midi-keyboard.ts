/** A MIDI keyboard by Web MIDI, in a chunk that is loaded when somebody connects one. */
import { texts } from "../texts/en";

export interface KeyListener {
  /** Called with the time of the press, by `performance.now()`. */
  readonly press: (pitch: number, at: number, velocity: number) => void;
  readonly release: (pitch: number, at: number) => void;
}

export interface ConnectedKeyboard {
  readonly name: string;
  readonly disconnect: () => void;
}

/** The error for a keyboard that does not answer. The message is a sentence for the user. */
export class MidiKeyboardError extends Error {
  override readonly name = "MidiKeyboardError";
}

const loudest = 127;

/** Connects all MIDI keyboards. The browser asks the user first. @throws MidiKeyboardError */
export async function connectKeyboard(listener: KeyListener): Promise<ConnectedKeyboard> {
  const { WebMidi } = await import("webmidi");
  try {
    await WebMidi.enable();
  } catch (error) {
    throw new MidiKeyboardError(texts.studio.recorder.notAllowed, { cause: error });
  }
  const { inputs } = WebMidi;
  const names = inputs.map(({ name }) => name);
  if (names.length === 0) throw new MidiKeyboardError(texts.studio.recorder.noKeyboard);
  for (const input of inputs) {
    input.addListener("noteon", ({ note, timestamp }) => {
      listener.press(note.number, timestamp, Math.max(1, Math.round(note.attack * loudest)));
    });
    input.addListener("noteoff", ({ note, timestamp }) => {
      listener.release(note.number, timestamp);
    });
  }
  return {
    name: names.join(", "),
    disconnect: () => {
      for (const input of inputs) input.removeListener();
    },
  };
}
