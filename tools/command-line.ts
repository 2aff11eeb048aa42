/** Reads the arguments and reports the failures of all commands of this repository. */
import { parseArgs, type ParseArgsConfig } from "node:util";

/** The options of a command as `parseArgs` takes them, with what the error says of one that lacks its value. */
type OptionsConfig = Readonly<
  Record<string, NonNullable<ParseArgsConfig["options"]>[string] & { readonly allowed?: readonly string[] }>
>;
type OptionValues<Options extends OptionsConfig> = ReturnType<
  typeof parseArgs<{ readonly options: Options }>
>["values"];

/** The error for a command that was called with arguments that it does not take. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/**
 * Returns the values of a command's options.
 *
 * @throws UsageError when an argument is none of the options; it lists those that exist
 */
export function readOptions<const Options extends OptionsConfig>(
  options: Options,
  given: readonly string[] = process.argv.slice(2),
): OptionValues<Options> {
  return readArguments({ options, positionals: [], given }).values;
}

/**
 * Returns the values of a command's options, and its other arguments in their order. Some may be missing.
 *
 * @throws UsageError when an argument is none of the options, or one more than there are positionals, and when an option
 *   is given twice: of two stages the first may be the one that was meant
 */
export function readArguments<const Options extends OptionsConfig>(params: {
  readonly options: Options;
  /** What the arguments that are no options mean, in their order. */
  readonly positionals: readonly string[];
  readonly given?: readonly string[];
}): { readonly values: OptionValues<Options>; readonly positionals: readonly string[] } {
  const { options, positionals, given = process.argv.slice(2) } = params;
  const names = Object.keys(options).map((name) => `--${name}`);
  const known = `the options are ${names.join(", ")}`;
  const { tokens } = parseArgs({ args: [...given], options, strict: false, tokens: true, allowPositionals: true });
  let position = 0;
  const seen = new Set<string>();
  for (const token of tokens) {
    if (token.kind === "positional" && position++ >= positionals.length) {
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
      throw new UsageError(`The option ${token.rawName} has no value; it must be ${option.allowed.join(", ")}.`);
    }
  }
  try {
    return parseArgs({ args: [...given], options, allowPositionals: true });
  } catch (error) {
    // An option has a value though it takes none, or lacks the value that it needs. Node's sentence names the option.
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
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

/** Returns the exit code of a command that has failed: 2 if it was called wrongly, 130 if canceled, as in shells, else 1. */
export function exitCodeOf(error: unknown): 1 | 2 | 130 {
  if (error instanceof UsageError) return 2;
  return error instanceof CanceledError ? 130 : 1;
}

/** Runs a command. If it fails, only the error's message is printed, and the process ends with {@link exitCodeOf}. */
export function runCommand(command: () => Promise<void>): void {
  command().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = exitCodeOf(error);
  });
}
