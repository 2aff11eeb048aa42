/** The surroundings of one run of the command line. Tests give it others than the process's. */
import type { Readable, Writable } from "node:stream";

/** A stream that may be a screen. */
export interface Screen {
  readonly stream: Writable;
  /** True: a person looks at it. */
  readonly isTerminal: boolean;
  /** True: it is a terminal on which lines can be drawn anew. */
  readonly isScreen: boolean;
  /** The number of characters in a line of the screen. */
  readonly columns: number;
}

export interface Terminal {
  readonly input: Readable & { readonly isTTY?: boolean };
  readonly output: Screen;
  /** For what is no result: progress, remarks and errors. */
  readonly errors: Screen;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The folder in which the command was called. */
  readonly folder: string;
  /** The folder of the user's own files, in which the session is kept. */
  readonly home: string;
  /** Ends the command: Ctrl-C. */
  readonly signal: AbortSignal;
}

/**
 * Controls, line separators, and the marks that turn the direction of a text. A name that somebody else has given must
 * not steer this terminal.
 */
const notPrintable = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/** Returns a text of the API as one line that may be shown on a terminal. */
export const printable = (text: string): string => text.replaceAll(notPrintable, " ").trim();

/** Writes bytes or a text, and waits until the stream has taken them. */
export async function write({ stream }: Screen, content: string | Uint8Array): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    stream.write(content, (error) => {
      if (error === null || error === undefined) resolve();
      else reject(error);
    });
  });
}

/** Writes a line. */
export const writeLine = async (screen: Screen, line: string): Promise<void> => {
  await write(screen, `${line}\n`);
};
