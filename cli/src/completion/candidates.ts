/** What may stand next on a command line: subcommands, options and values, read from the declared commands themselves. */
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { collect } from "../options";

/** Where the values of an argument or an option come from. */
export type Source =
  | "files"
  | "melodies"
  | "melodies and files"
  | "techniques"
  | "models"
  | "jobs"
  | "tracks"
  | "compositions"
  | "datasets";

export interface Candidate {
  readonly value: string;
  readonly description: string;
}

export interface Candidates {
  readonly candidates: readonly Candidate[];
  /** True: the shell offers files, too. */
  readonly files: boolean;
}

/** Lists the values of a source. */
export type ListValues = (source: Exclude<Source, "files" | "melodies and files">) => Promise<readonly Candidate[]>;

const sources = new WeakMap<CommandUnknownOpts, Map<string, Source>>();

/** Says where the values of a command's arguments (by name) and options (by their long flag) come from. */
export function completesWith(command: CommandUnknownOpts, values: Readonly<Record<string, Source>>): void {
  const known = sources.get(command) ?? new Map<string, Source>();
  for (const [name, source] of Object.entries(values)) known.set(name, source);
  sources.set(command, known);
}

type Option = CommandUnknownOpts["options"][number];

const takesValue = ({ required, optional }: Option): boolean => required || optional;

/** The options of a command and of those above it, which it takes, too. */
function optionsOf(command: CommandUnknownOpts): readonly Option[] {
  const own = command.createHelp().visibleOptions(command);
  if (command.parent === null) return own;
  return [...own, ...optionsOf(command.parent).filter(({ long }) => long !== "--version" && long !== "--help")];
}

/**
 * Returns what may stand in the place of the last word.
 *
 * @param words all words after the program's name; the last one is what was typed so far, and may be empty
 */
export async function complete(
  program: CommandUnknownOpts,
  words: readonly string[],
  list: ListValues,
): Promise<Candidates> {
  const typed = words.at(-1) ?? "";
  let command = program;
  let open: Option | undefined;
  let isPlain = false;
  let place = 0;
  for (const word of words.slice(0, -1)) {
    if (open !== undefined) {
      open = undefined;
    } else if (!isPlain && word === "--") {
      isPlain = true;
    } else if (!isPlain && word.startsWith("-") && word !== "-") {
      const option = optionsOf(command).find((candidate) => candidate.long === word || candidate.short === word);
      if (option !== undefined && takesValue(option)) open = option;
    } else {
      const subcommand = place === 0 ? command.commands.find((candidate) => candidate.name() === word) : undefined;
      if (subcommand === undefined) place += 1;
      else command = subcommand;
    }
  }
  const chosen =
    open === undefined
      ? !isPlain && typed.startsWith("-") && typed !== "-"
        ? plain(optionCandidates(command, words))
        : await argumentCandidates({ command, place, list })
      : await valuesOf({ choices: open.argChoices, source: sources.get(command)?.get(open.long ?? ""), list });
  return { ...chosen, candidates: chosen.candidates.filter(({ value }) => value.startsWith(typed)) };
}

const plain = (candidates: readonly Candidate[]): Candidates => ({ candidates, files: false });

/** An option that was given already is offered again only if it may be given several times. */
function optionCandidates(command: CommandUnknownOpts, words: readonly string[]): readonly Candidate[] {
  const given = words.slice(0, -1);
  return optionsOf(command).flatMap(({ long, short, description, parseArg }) => {
    if (long === undefined) return [];
    const isGiven = given.includes(long) || (typeof short === "string" && given.includes(short));
    return isGiven && parseArg !== collect ? [] : [{ value: long, description }];
  });
}

async function argumentCandidates(params: {
  readonly command: CommandUnknownOpts;
  readonly place: number;
  readonly list: ListValues;
}): Promise<Candidates> {
  const { command, place, list } = params;
  const subcommands = place === 0 ? command.createHelp().visibleCommands(command) : [];
  if (subcommands.length > 0) {
    return plain(
      subcommands.map((subcommand) => ({ value: subcommand.name(), description: subcommand.description() })),
    );
  }
  const argument = command.registeredArguments[place];
  if (argument === undefined) return plain([]);
  return await valuesOf({
    choices: argument.argChoices,
    source: sources.get(command)?.get(argument.name()),
    list,
  });
}

async function valuesOf(params: {
  readonly choices: readonly string[] | undefined;
  readonly source: Source | undefined;
  readonly list: ListValues;
}): Promise<Candidates> {
  const { choices, source, list } = params;
  if (choices !== undefined) return plain(choices.map((value) => ({ value, description: "" })));
  if (source === undefined) return plain([]);
  if (source === "files") return { candidates: [], files: true };
  if (source === "melodies and files") return { candidates: await list("melodies"), files: true };
  return plain(await list(source));
}
