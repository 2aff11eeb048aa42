/** The commands that complete command lines. */
import { Argument, Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { type Candidate, complete, type ListValues } from "../completion/candidates";
import { completionScript, filesLine, shells } from "../completion/scripts";
import { printable, write, writeLine } from "../terminal";
import { apiOf, type BeginRun, type Run } from "./run";

export function completionCommand(begin: BeginRun) {
  return new Command("completion")
    .description("Print the script with which a shell completes commands: source <(opencomposer completion bash)")
    .addArgument(new Argument("<shell>", "the shell").choices(shells))
    .action(async (shell) => {
      await write(begin().terminal.output, completionScript(shell));
    });
}

/** Seconds that a person waits at most for what the API knows. */
const patienceSeconds = 2;

/** The command that the scripts call. It prints nothing where something is wrong: nobody waits for an error there. */
export function completeCommand(begin: BeginRun, program: CommandUnknownOpts) {
  return new Command("complete")
    .description("Print what may stand next; the scripts of shells call it")
    .argument("[words...]")
    .allowUnknownOption()
    .action(async (words) => {
      const run = begin();
      const { candidates, files } = await complete(program, words.length === 0 ? [""] : words, valuesOf(run));
      for (const { value, description } of candidates) {
        await writeLine(run.terminal.output, `${printable(value)}\t${printable(description)}`);
      }
      if (files) await writeLine(run.terminal.output, filesLine);
    });
}

/** Lists what the API has of a kind. */
const valuesOf =
  (run: Run): ListValues =>
  async (source) => {
    try {
      return await listOf(run, source);
    } catch {
      // Nobody is signed in, or the API gives no response in time.
      return [];
    }
  };

async function listOf(run: Run, source: Parameters<ListValues>[0]): Promise<readonly Candidate[]> {
  const api = apiOf(run);
  const signal = AbortSignal.any([run.terminal.signal, AbortSignal.timeout(patienceSeconds * 1000)]);
  const params = { query: { limit: 50 } };
  const named = (items: readonly { readonly id: string; readonly name: string }[] | undefined): readonly Candidate[] =>
    (items ?? []).map(({ id, name }) => ({ value: id, description: name }));
  switch (source) {
    case "melodies":
      return named((await api.GET("/sample-melodies", { signal })).data?.items);
    case "techniques":
      return named((await api.GET("/techniques", { signal })).data?.items);
    case "models":
      return named((await api.GET("/models", { params, signal })).data?.items);
    case "jobs":
      return named((await api.GET("/training-jobs", { params, signal })).data?.items);
    case "tracks":
      return named((await api.GET("/tracks", { params, signal })).data?.items);
    case "compositions":
      return named((await api.GET("/compositions", { params, signal })).data?.items);
    case "datasets":
      return named((await api.GET("/datasets", { params, signal })).data?.items);
  }
}
