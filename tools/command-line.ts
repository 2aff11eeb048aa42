/** Reads the arguments and reports the failures of all commands of this repository. */
import { parseArgs, type ParseArgsConfig } from "node:util";

type ParsedOption = NonNullable<ParseArgsConfig["options"]>[string];

/** An option of a command, as the parser reads it and as `--help` tells it. */
export type OptionUsage = ParsedOption & {
  /** What it does, and what its values may be. */
  readonly does: string;
  /** What its value is called, as STAGE in `--stage STAGE`; a boolean has none. */
  readonly value?: string;
  /** The values that the error names where the option is given without one. */
  readonly allowed?: readonly string[];
};

type OptionUsages = Readonly<Record<string, OptionUsage>>;

/** All that a command takes. The parser and `--help` read the same. */
export interface CommandUsage<Options extends OptionUsages = OptionUsages> {
  /** The command without arguments, as a person types it: `npm run doctor`. */
  readonly command: string;
  /** What it does, in whole sentences. */
  readonly does: string;
  readonly options: Options;
  /** What the arguments that are no options mean, in their order. */
  readonly positionals?: readonly PositionalUsage[];
  /** Arguments that are often given, and what the command does then. The first is shown where npm has taken options. */
  readonly examples: readonly { readonly given: string; readonly does: string }[];
}

export interface PositionalUsage {
  readonly name: string;
  readonly does: string;
  /** True: any number of them may follow. Only the last has it. */
  readonly isRepeated?: boolean;
}

/** What a command was called with; this process's own, unless a test says otherwise. */
export interface Call {
  readonly given?: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
}

type OptionValues<Options extends OptionUsages> = ReturnType<typeof parseArgs<{ readonly options: Options }>>["values"];

/** The error for a command that was called with arguments that it does not take. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Thrown where `--help` was asked for. The message is the usage, and the command has not failed. */
export class HelpRequest extends Error {
  override readonly name = "HelpRequest";
}

/**
 * Returns the values of a command's options.
 *
 * @throws HelpRequest if `--help` is among the arguments
 * @throws UsageError when an argument is none of the options; it lists those that exist
 */
export function readOptions<const Options extends OptionUsages>(
  usage: CommandUsage<Options>,
  call: Call = {},
): OptionValues<Options> {
  return readArguments(usage, call).values;
}

/**
 * Returns the values of a command's options, and its other arguments in their order. Some may be missing.
 *
 * @throws HelpRequest if `--help` is among the arguments
 * @throws UsageError when an argument is none of the options, one more than there are positionals, or was taken by npm,
 *   and when an option is given twice: of two stages the first may be the one that was meant
 */
export function readArguments<const Options extends OptionUsages>(
  usage: CommandUsage<Options>,
  { given = process.argv.slice(2), environment = process.env }: Call = {},
): { readonly values: OptionValues<Options>; readonly positionals: readonly string[] } {
  const { options, positionals = [] } = usage;
  const { tokens } = parseArgs({ args: [...given], options, strict: false, tokens: true, allowPositionals: true });
  if (tokens.some((token) => token.kind === "option" && (token.name === "help" || token.rawName === "-h"))) {
    throw new HelpRequest(describeUsage(usage));
  }
  const taken = takenByNpm(options, environment);
  if (taken.length > 0) {
    const [example] = usage.examples;
    throw new UsageError(
      `npm has taken ${taken.join(", ")} for itself, because no -- stands before it. ` +
        `Write -- before all options${example === undefined ? "" : `: ${usage.command} -- ${example.given}`}`,
    );
  }
  const help = `${usage.command} -- --help explains them`;
  const names = Object.keys(options).map((name) => `--${name}`);
  const known = names.length === 0 ? "there are no options" : `the options are ${names.join(", ")}; ${help}`;
  const most = positionals.at(-1)?.isRepeated === true ? Infinity : positionals.length;
  let position = 0;
  const seen = new Set<string>();
  for (const token of tokens) {
    if (token.kind === "positional" && position++ >= most) {
      throw new UsageError(`The argument ${token.value} is not known; ${known}.`);
    }
    if (token.kind !== "option") continue;
    const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (option === undefined) throw new UsageError(`The option ${token.rawName} is not known; ${known}.`);
    if (seen.has(token.name) && option.multiple !== true) {
      throw new UsageError(`The option ${token.rawName} is given twice; give it once.`);
    }
    seen.add(token.name);
    if (option.type === "string" && option.allowed !== undefined && (token.value === undefined || token.value === "")) {
      throw new UsageError(`The option ${token.rawName} has no value; it must be one of ${option.allowed.join(", ")}.`);
    }
  }
  try {
    return parseArgs({ args: [...given], options, allowPositionals: true });
  } catch (error) {
    // An option has a value though it takes none, or lacks the value that it needs. Node's sentence names the option.
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** Options that npm has, too. A file `.npmrc` may set them for every command, so they show no slip. */
const alsoOptionsOfNpm = ["email", "json", "only", "user", "yes"];

/** Returns the options that npm has read as its own: without `--` before them it passes none on, and tells of each in a variable. */
function takenByNpm(options: OptionUsages, environment: NodeJS.ProcessEnv): readonly string[] {
  return Object.keys(options)
    .filter((name) => !alsoOptionsOfNpm.includes(name))
    .filter((name) => environment[`npm_config_${name.replaceAll("-", "_")}`] !== undefined)
    .map((name) => `--${name}`);
}

/** Returns what `--help` prints. */
export function describeUsage({ command, does, options, positionals = [], examples }: CommandUsage): string {
  const words = positionals.map(({ name, isRepeated }) => (isRepeated === true ? `${name} …` : name));
  const takes = [
    ...positionals.map(({ name, does: meaning }) => [name, meaning] as const),
    ...Object.entries(options).map(([name, option]) => [describeOption(name, option), meaningOf(option)] as const),
    ["--help", "prints this and does nothing else"] as const,
  ];
  return [
    `${command} -- ${[...words, "[options]"].join(" ")}`,
    does,
    inColumns(takes),
    ...(examples.length === 0
      ? []
      : [inColumns(examples.map(({ given, does: meaning }) => [`${command} -- ${given}`, meaning] as const))]),
  ].join("\n\n");
}

const describeOption = (name: string, { value }: OptionUsage): string =>
  value === undefined ? `--${name}` : `--${name} ${value}`;

const meaningOf = ({ does, default: without }: OptionUsage): string =>
  typeof without === "string" ? `${does} (${without}, if it is not said)` : does;

function inColumns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}   ${right}`).join("\n");
}

/** The numbers that an option may have. */
export interface NumberLimits {
  readonly min: number;
  readonly max: number;
  /** The number of digits that may stand behind the point. @default 0 */
  readonly decimals?: number;
  /** What the error calls the number. @default "a whole number" */
  readonly what?: string;
}

/**
 * Returns the number that an option has.
 *
 * @param option with its dashes, for the error
 * @throws UsageError that names the option, its value and what is allowed
 */
export function readNumber(option: string, text: string, limits: NumberLimits): number {
  const { min, max, decimals = 0, what = "a whole number" } = limits;
  const plain = new RegExp(decimals === 0 ? "^\\d{1,15}$" : `^\\d{1,15}(?:\\.\\d{1,${decimals}})?$`);
  const number = Number(text);
  if (plain.test(text) && number >= min && number <= max) return number;
  throw new UsageError(`${option} is "${text}"; it must be ${what} from ${min} to ${max}.`);
}

/** The error for a command that its user has cancelled, by Ctrl-C or by answering no. */
export class CanceledError extends Error {
  override readonly name = "CanceledError";
}

/**
 * Returns the exit code of a command that has thrown: 0 if it was asked for help, 2 if it was called wrongly, 130 if
 * canceled, as in shells, else 1.
 */
export function exitCodeOf(error: unknown): 0 | 1 | 2 | 130 {
  if (error instanceof HelpRequest) return 0;
  if (error instanceof UsageError) return 2;
  return error instanceof CanceledError ? 130 : 1;
}

/** Runs a command. If it throws, only the error's message is printed, and the process ends with {@link exitCodeOf}. */
export function runCommand(command: () => Promise<void> | void): void {
  const run = async (): Promise<void> => {
    await command();
  };
  run().catch((error: unknown) => {
    if (error instanceof HelpRequest) console.log(error.message);
    else console.error(error instanceof Error ? error.message : error);
    process.exitCode = exitCodeOf(error);
  });
}
