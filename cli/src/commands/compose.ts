/** `opencomposer compose`: a melody in, a piece out. */
import { randomUUID } from "node:crypto";
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { Command } from "@commander-js/extra-typings";
import { type Composition, type CreateComposition, waitForComposition } from "../../../client/client";
import { completesWith } from "../completion/candidates";
import { beginProgress } from "../drawing/progress-bar";
import { CommandError, exitCodes, RefusedRequest, usageError } from "../exit-codes";
import { checkTarget, fileNameOf, isFile, nameOfFile, readGivenFile, standardStream, writeTarget } from "../files";
import { anyNumber, anyWholeNumber, collect, wholeNumber } from "../options";
import { load, pause } from "../requests";
import { printable } from "../terminal";
import { apiOf, type BeginRun, remark, type Run, tell } from "./run";
import { type Choice, chooseModel, givenParameters } from "./techniques";

type Input = CreateComposition["input"];

interface ComposeOptions {
  readonly track?: string | undefined;
  readonly composition?: string | undefined;
  readonly technique?: string | undefined;
  readonly model?: string | undefined;
  readonly name?: string | undefined;
  readonly seed?: number | undefined;
  readonly param?: readonly string[] | undefined;
  readonly tempo?: number | undefined;
  readonly transpose?: number | undefined;
  readonly startBar?: number | undefined;
  readonly bars?: number | undefined;
  readonly output?: string | undefined;
  readonly watch?: true | undefined;
  readonly wait: boolean;
  readonly timeout: number;
}

const usualTimeout = 600;

export function composeCommand(begin: BeginRun) {
  const command = new Command("compose")
    .description("Compose on a melody, and write the piece as a MIDI file")
    .argument("[input]", "a MIDI file, - for the standard input, or the id of a sample melody (opencomposer melodies)")
    .option("--track <id>", "compose on a track that was uploaded before")
    .option("--composition <id>", "compose on a piece")
    .option("-t, --technique <id>", "the technique: that of the model, else unet-gan")
    .option("-m, --model <id or name>", "the model: without it the stock model of the technique")
    .option("--seed <number>", "the same seed gives the same piece", anyWholeNumber)
    .option("-p, --param <name=value>", "a parameter of the technique; may be given several times", collect)
    .option("--name <text>", "the name of the piece: without it that of the file or the melody")
    .option("--tempo <number>", "quarter notes a minute", anyNumber)
    .option("--transpose <semitones>", "move the melody up, or down if negative", anyWholeNumber)
    .option("--start-bar <number>", "the first bar that is used", anyWholeNumber)
    .option("--bars <number>", "the number of bars that are used", anyWholeNumber)
    .option(
      "-o, --output <file>",
      "where the piece goes, - for the standard output; without it NAME.mid, or where the input came from",
    )
    .option("--watch", "compose again, with the same seed, whenever the file changes; Ctrl-C ends it")
    .option("--no-wait", "print the id, and do not wait for the piece (opencomposer download gets it)")
    .option("--timeout <seconds>", "wait no longer", wholeNumber({ min: 1, max: 86_400 }), usualTimeout)
    .action(async (input, options) => {
      await compose(begin(), input, options);
    });
  completesWith(command, { input: "melodies and files", "--technique": "techniques", "--model": "models" });
  completesWith(command, { "--track": "tracks", "--composition": "compositions", "--output": "files" });
  return command;
}

async function compose(run: Run, given: string | undefined, options: ComposeOptions): Promise<void> {
  const { terminal } = run;
  const inputs = [given, options.track, options.composition].filter((text) => text !== undefined);
  if (inputs.length !== 1) {
    throw usageError(
      inputs.length === 0
        ? "There is no input. Give a MIDI file, - or a sample melody, or --track ID or --composition ID."
        : "There are several inputs. Give one of: a MIDI file, - or a sample melody; --track ID; --composition ID.",
    );
  }
  const isPathGiven = given !== undefined && (given === standardStream || isFile(given, terminal.folder));
  if (options.watch === true && (!isPathGiven || given === standardStream)) {
    throw usageError("--watch needs a file as its input.");
  }
  if (options.watch === true && !options.wait) throw usageError("--watch and --no-wait exclude each other.");
  const name = options.name ?? nameFor(given, options, isPathGiven);
  const target = options.output ?? (given === standardStream ? standardStream : fileNameOf(name));
  if (options.wait) checkTarget(terminal, target);
  if (options.wait && target === standardStream && (run.json === true || run.quiet === true)) {
    throw usageError("The piece goes to the standard output, so nothing else can. Name a file with -o FILE.");
  }
  const choice = await chooseModel(run, options);
  const parameters = await givenParameters(run, {
    technique: choice.technique,
    kind: "parameters",
    given: options.param,
  });
  let seed = options.seed;
  const once = async (): Promise<void> => {
    const input = await inputOf(run, { given, options, isPathGiven });
    const body = bodyOf({ name, choice, input, options: { ...options, seed }, parameters });
    const begun = await begin(run, body);
    seed ??= begun.seed;
    if (!options.wait) {
      await tell(run, { json: begun, ids: [begun.id], text: begun.id });
      return;
    }
    const piece = await finish(run, begun, options.timeout);
    const api = apiOf(run);
    const midi = await load(
      terminal,
      async () =>
        await api.GET("/compositions/{compositionId}/midi", {
          params: { path: { compositionId: piece.id } },
          signal: terminal.signal,
        }),
    );
    await writeTarget(terminal, target, new Uint8Array(midi));
    if (target === standardStream) await remark(run, describePiece(piece, "the standard output"));
    else await tell(run, { json: { ...piece, file: target }, ids: [piece.id], text: describePiece(piece, target) });
    for (const text of piece.output?.remarks ?? []) await remark(run, printable(text));
  };
  if (options.watch === true && given !== undefined) await atEachChange(run, given, once);
  else await once();
}

const nameFor = (given: string | undefined, { track, composition }: ComposeOptions, isPath: boolean): string => {
  if (given === undefined) return track === undefined ? `Of ${composition ?? ""}` : `On ${track}`;
  return isPath && given !== standardStream ? nameOfFile(given) : given === standardStream ? "Standard input" : given;
};

async function inputOf(
  run: Run,
  {
    given,
    options,
    isPathGiven,
  }: { readonly given: string | undefined; readonly options: ComposeOptions; readonly isPathGiven: boolean },
): Promise<Input> {
  if (options.track !== undefined) return { trackId: options.track };
  if (options.composition !== undefined) return { compositionId: options.composition };
  if (given === undefined) throw usageError("There is no input.");
  if (isPathGiven) return { trackId: await uploadTrack(run, given) };
  if (/[/\\.]/.test(given)) throw usageError(`There is no file ${given}.`);
  return { sampleMelodyId: given };
}

/** Uploads a MIDI file, and tells what was altered when it was read. Returns the track's id. */
async function uploadTrack(run: Run, path: string): Promise<string> {
  const { terminal } = run;
  const api = apiOf(run);
  const { name, bytes } = await readGivenFile(terminal, path);
  const header = { "Idempotency-Key": randomUUID() };
  const track = await load(
    terminal,
    async () =>
      await api.POST("/tracks", { params: { query: { name }, header }, body: bytes, signal: terminal.signal }),
  );
  for (const text of track.changes) await remark(run, `${path}: ${printable(text)}`);
  return track.id;
}

function bodyOf(params: {
  readonly name: string;
  readonly choice: Choice;
  readonly input: Input;
  readonly options: ComposeOptions;
  readonly parameters: CreateComposition["parameters"] | undefined;
}): CreateComposition {
  const { name, choice, input, options, parameters } = params;
  const { tempo, transpose, startBar, bars, seed } = options;
  const inputOptions = Object.fromEntries(
    Object.entries({ tempo, transpose, startBar, bars }).filter(([, value]) => value !== undefined),
  );
  return {
    name,
    ...choice,
    input,
    ...(seed === undefined ? {} : { seed }),
    ...(parameters === undefined ? {} : { parameters }),
    ...(Object.keys(inputOptions).length === 0 ? {} : { inputOptions }),
  };
}

async function begin(run: Run, body: CreateComposition): Promise<Composition> {
  const api = apiOf(run);
  const header = { "Idempotency-Key": randomUUID() };
  const { signal } = run.terminal;
  return await load(run.terminal, async () => await api.POST("/compositions", { params: { header }, body, signal }));
}

/** Waits for a piece. @throws CommandError if it has failed, or if the time has passed */
async function finish(run: Run, { id }: Composition, seconds: number): Promise<Composition> {
  const { terminal } = run;
  const progress = beginProgress(terminal.errors);
  try {
    progress.tell("PENDING");
    const waited = await waitForComposition(apiOf(run), id, {
      deadlineSeconds: seconds,
      signal: terminal.signal,
      onChange: ({ state }) => {
        progress.tell(state);
      },
    });
    if (waited.outcome === "refused") throw new RefusedRequest(waited.problem);
    if (waited.outcome === "deadline") {
      throw new CommandError(
        exitCodes.deadline,
        `The composition ${id} has not ended after ${seconds} s. It goes on: opencomposer download ${id} gets it.`,
      );
    }
    const { resource } = waited;
    if (resource.state === "FAILED") {
      const { code = "FAILED", message = "" } = resource.failure ?? {};
      throw new CommandError(exitCodes.failed, `The composition ${id} has failed. ${code}: ${printable(message)}`);
    }
    return resource;
  } finally {
    await progress.end();
  }
}

function describePiece({ id, seed, output }: Composition, target: string): string {
  const tracks = (output?.tracks ?? []).filter(({ noteCount }) => noteCount > 0).map(({ name }) => printable(name));
  return `${target}: ${output?.bars ?? 0} bars, ${tracks.length} tracks (${tracks.join(", ")}), seed ${seed}, id ${id}`;
}

/** Seconds between two looks at a file. Programs replace a file when they save it, so events of the file would not do. */
const secondsBetweenLooks = 0.3;

/** Returns when a file was changed last; undefined while there is none, as in the moment in which it is replaced. */
const changedAt = (file: string): number | undefined => statSync(file, { throwIfNoEntry: false })?.mtimeMs;

/** Does something at once, and again whenever a file has changed, until Ctrl-C. What is refused is told, and the next change tries again. */
async function atEachChange(run: Run, path: string, work: () => Promise<void>): Promise<never> {
  const { terminal } = run;
  const file = resolve(terminal.folder, path);
  let seen: number | undefined;
  for (;;) {
    const now = changedAt(file);
    if (now !== undefined && now !== seen) {
      seen = now;
      try {
        await work();
      } catch (error) {
        if (!(error instanceof CommandError)) throw error;
        await remark(run, error.message);
      }
      await remark(run, `Waiting for changes of ${path}. Ctrl-C ends this.`);
    }
    await pause(secondsBetweenLooks, terminal.signal);
  }
}

export function downloadCommand(begin: BeginRun) {
  const command = new Command("download")
    .description("Write a finished piece as a MIDI file")
    .argument("<composition>", "the id of the composition")
    .option("-o, --output <file>", "where it goes, - for the standard output; without it NAME.mid")
    .option("--timeout <seconds>", "wait no longer for its end", wholeNumber({ min: 1, max: 86_400 }), usualTimeout)
    .action(async (compositionId, { output, timeout }) => {
      const run = begin();
      const { terminal } = run;
      const api = apiOf(run);
      const path = { compositionId };
      const found = await load(
        terminal,
        async () => await api.GET("/compositions/{compositionId}", { params: { path }, signal: terminal.signal }),
      );
      const target = output ?? fileNameOf(found.name);
      checkTarget(terminal, target);
      const piece = await finish(run, found, timeout);
      const midi = await load(
        terminal,
        async () => await api.GET("/compositions/{compositionId}/midi", { params: { path }, signal: terminal.signal }),
      );
      await writeTarget(terminal, target, new Uint8Array(midi));
      if (target === standardStream) return;
      await tell(run, { json: { ...piece, file: target }, ids: [piece.id], text: describePiece(piece, target) });
    });
  completesWith(command, { composition: "compositions", "--output": "files" });
  return command;
}
