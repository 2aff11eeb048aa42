/** A terminal with one shell, in which a person types commands, answers questions and presses Ctrl-C. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { stripVTControlCharacters } from "node:util";
import { findPython } from "../../../tools/python/environments";
import { until } from "../until";

/** Gives its commands a pseudo-terminal, as a terminal window does; Node has none. */
const pseudoTerminal = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";

/**
 * Reads names of files from descriptor 3 and runs what is in them in this shell, one after the other, so that variables
 * and functions stay. It writes a line to descriptor 4 after each, and ends at the first command that fails.
 */
const shell = 'set -euo pipefail; while IFS= read -r file <&3; do source "$file" 3<&- 4>&-; echo done >&4; done';

export class Terminal {
  private readonly child: ChildProcess;
  private readonly folder = mkdtempSync(join(tmpdir(), "opencomposer-terminal-"));
  private readonly ended: Promise<number | null>;
  private hasEnded = false;
  private blocks = 0;
  private done = 0;
  private text = "";

  /**
   * @param directory - the folder in which the shell begins
   * @param environment - all variables of the shell
   */
  constructor(directory: string, environment: Readonly<Record<string, string>>) {
    this.child = spawn(findPython(), ["-c", pseudoTerminal, "bash", "--norc", "-c", shell], {
      cwd: directory,
      env: { ...environment, TERM: "dumb" },
      stdio: ["pipe", "pipe", "pipe", "pipe", "pipe"],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      // Decoded as one text: a chunk may end within a character.
      stream?.setEncoding("utf8").on("data", (chunk: string) => (this.text += chunk));
    }
    // Typing into a shell that has ended is of no use, and no error of the test.
    for (const pipe of [this.pipe(0), this.pipe(3)]) pipe.on("error", () => undefined);
    createInterface({ input: this.pipe(4) }).on("line", () => (this.done += 1));
    this.ended = new Promise((resolve, reject) => {
      this.child.once("error", reject);
      this.child.once("close", (code) => {
        this.hasEnded = true;
        resolve(code);
      });
    });
  }

  /** Returns this process's end of a descriptor of the shell. */
  private pipe(descriptor: 0 | 3 | 4): Socket {
    const pipe = this.child.stdio[descriptor];
    // Node makes sockets of all pipes. Its types know only what is read from or written to the first three.
    if (!(pipe instanceof Socket)) throw new Error(`The terminal has no descriptor ${descriptor}`);
    return pipe;
  }

  /** Returns all that was printed, without colors. */
  printed(): string {
    return stripVTControlCharacters(this.text).replaceAll("\r\n", "\n");
  }

  /** Begins to run commands, and does not wait for their end. Returns a function that returns what they have printed so far. */
  begin(commands: string): () => string {
    const before = this.printed().length;
    const file = join(this.folder, `${(this.blocks += 1)}.sh`);
    writeFileSync(file, commands);
    this.pipe(3).write(`${file}\n`);
    return () => this.printed().slice(before);
  }

  /**
   * Runs commands to their end.
   *
   * @param meanwhile - what the person does while they run; it gets what they have printed so far
   * @returns what they have printed
   * @throws Error with what was printed if a command failed
   */
  async run(commands: string, meanwhile?: (printed: () => string) => Promise<void>): Promise<string> {
    const printed = this.begin(commands);
    const wanted = this.blocks;
    const isDone = (): boolean => {
      if (this.done >= wanted) return true;
      if (this.hasEnded) throw new Error(`A command has failed:\n${commands}\nIt was printed:\n${printed()}`);
      return false;
    };
    await Promise.all([until("the commands end", 1_200, isDone), meanwhile?.(printed)]);
    return printed();
  }

  /**
   * Begins to run commands that go on running, and waits for a text that tells that they are ready.
   *
   * @returns a function that returns what they have printed so far
   * @throws Error with what was printed if the commands end before, or have not printed the text in 600 s
   */
  async beginUntil(commands: string, text: string): Promise<() => string> {
    const printed = this.begin(commands);
    const wanted = this.blocks;
    await until(`${text} is printed`, 600, () => {
      if (printed().includes(text)) return true;
      if (this.hasEnded || this.done >= wanted) throw new Error(`The commands have ended:\n${commands}\n${printed()}`);
      return false;
    });
    return printed;
  }

  /** Types a line, as the response to a question. */
  type(line: string): void {
    this.pipe(0).write(`${line}\n`);
  }

  /** Presses Ctrl-C, which the terminal makes a signal to all processes of the commands that run. */
  pressControlC(): void {
    this.pipe(0).write("\u0003");
  }

  /** Closes the shell when its commands have ended. Returns its exit code. */
  async close(): Promise<number | null> {
    this.pipe(3).end();
    const code = await this.ended;
    for (const descriptor of [0, 3, 4] as const) this.pipe(descriptor).destroy();
    rmSync(this.folder, { recursive: true, force: true });
    return code;
  }
}
