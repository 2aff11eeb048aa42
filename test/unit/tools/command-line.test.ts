import fc from "fast-check";
import {
  CanceledError,
  type CommandUsage,
  describeUsage,
  exitCodeOf,
  HelpRequest,
  readArguments,
  readNumber,
  readOptions,
  UsageError,
} from "../../../tools/command-line";

const options = {
  once: { type: "boolean", default: false, does: "does it once" },
  stage: { type: "string", value: "STAGE", does: "where" },
} as const;
const usage = {
  command: "npm run play",
  does: "Plays.",
  options,
  examples: [{ given: "--stage dev", does: "plays on dev" }],
} as const satisfies CommandUsage;
const users = {
  ...usage,
  positionals: [
    { name: "ACTION", does: "what to do" },
    { name: "USERNAME", does: "with whom" },
  ],
} as const satisfies CommandUsage;

/** Nothing of what npm sets for the run of these tests. */
const environment = {};

const errorOf = (given: readonly string[], variables: NodeJS.ProcessEnv = environment): string => {
  try {
    readOptions(usage, { given, environment: variables });
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return error instanceof Error ? error.message : "";
  }
  throw new Error("the arguments were taken");
};

const known = "the options are --once, --stage; npm run play -- --help explains them.";

describe("readOptions", () => {
  const read = (...given: string[]) => ({ ...readOptions(usage, { given, environment }) });

  it("returns what was given, and the defaults", () => {
    expect(read("--stage", "dev")).toEqual({ once: false, stage: "dev" });
    expect(read("--once")).toEqual({ once: true });
  });

  it.each([
    [["--foo"], `The option --foo is not known; ${known}`],
    [["--once", "--foo=1"], `The option --foo is not known; ${known}`],
    [["-x"], `The option -x is not known; ${known}`],
    [["now"], `The argument now is not known; ${known}`],
    [["--", "now"], `The argument now is not known; ${known}`],
    [["--toString"], `The option --toString is not known; ${known}`],
  ])("names what it does not know in %j, and what there is", (given, sentence) => {
    expect(errorOf(given)).toBe(sentence);
  });

  it.each([
    [["--stage", "dev", "--stage", "prod"], "The option --stage is given twice; give it once."],
    [["--stage=dev", "--once", "--stage=dev"], "The option --stage is given twice; give it once."],
    [["--once", "--once"], "The option --once is given twice; give it once."],
  ])("refuses %j: the last one would win without a word", (given, sentence) => {
    expect(errorOf(given)).toBe(sentence);
  });

  it("takes an option again that may be given many times", () => {
    const options = { name: { type: "string", multiple: true, value: "NAME", does: "names one" } } as const;
    const given = ["--name", "a", "--name", "b"];
    expect({ ...readOptions({ ...usage, options }, { given, environment }) }).toEqual({ name: ["a", "b"] });
  });

  it.each([[["--stage"]], [["--stage="]]])("names the values of an option that has none in %j", (given) => {
    const options = {
      stage: { type: "string", allowed: ["dev", "prod"], value: "STAGE", does: "the stage" },
    } as const;
    expect(() => readOptions({ ...usage, options }, { given, environment })).toThrow(
      new UsageError("The option --stage has no value; it must be one of dev, prod."),
    );
  });

  it.each([
    [["--once=yes"], /--once/],
    [["--stage"], /--stage/],
  ])("names the option whose value is wrong in %j", (given, option) => {
    expect(errorOf(given)).toMatch(option);
  });

  it.each([
    // typed: --stage dev
    [["dev"], { npm_config_stage: "true" }, "--stage"],
    // typed: --stage=dev --once
    [[], { npm_config_stage: "dev", npm_config_once: "true" }, "--once, --stage"],
  ])("names the options that npm has taken where it got %j", (given, variables, taken) => {
    expect(errorOf(given, variables)).toBe(
      `npm has taken ${taken} for itself, because no -- stands before it. ` +
        "Write -- before all options: npm run play -- --stage dev",
    );
  });

  it("does not mind what a file .npmrc sets for every command", () => {
    const withYes = { ...usage, options: { yes: { type: "boolean", does: "does not ask" } } } as const;
    const taken = readOptions(withYes, { given: [], environment: { npm_config_yes: "true", npm_config_cache: "/c" } });
    expect({ ...taken }).toEqual({});
  });
});

describe("--help", () => {
  const helpOf = (given: readonly string[]): string => {
    try {
      readArguments(users, { given, environment });
    } catch (error) {
      expect(error).toBeInstanceOf(HelpRequest);
      return error instanceof Error ? error.message : "";
    }
    throw new Error("nobody was helped");
  };

  it.each([[["--help"]], [["-h"]], [["add", "--stage", "dev", "--help"]], [["--foo", "--help"]]])(
    "tells all that the command takes, by %j",
    (given) => {
      expect(helpOf(given)).toBe(
        [
          "npm run play -- ACTION USERNAME [options]",
          "",
          "Plays.",
          "",
          "  ACTION          what to do",
          "  USERNAME        with whom",
          "  --once          does it once",
          "  --stage STAGE   where",
          "  --help          prints this and does nothing else",
          "",
          "  npm run play -- --stage dev   plays on dev",
        ].join("\n"),
      );
    },
  );

  it("tells what counts where an option is not said", () => {
    const minutes = { type: "string", value: "MINUTES", default: "15", does: "waits" } as const;
    expect(describeUsage({ ...usage, options: { minutes } })).toContain(
      "  --minutes MINUTES   waits (15, if it is not said)\n",
    );
  });
});

describe("readArguments", () => {
  const read = (...given: string[]) => readArguments(users, { given, environment });

  it("returns the arguments that are no options, in their order, wherever the options stand", () => {
    expect(read("add", "--stage", "dev", "ada").positionals).toEqual(["add", "ada"]);
    expect({ ...read("add", "--stage", "dev", "ada").values }).toEqual({ once: false, stage: "dev" });
    expect(read("list").positionals).toEqual(["list"]);
  });

  it("names one too many", () => {
    expect(() => read("add", "ada", "eve")).toThrow(new UsageError(`The argument eve is not known; ${known}`));
  });

  it("takes any number of those that may be repeated", () => {
    const suites = { ...usage, positionals: [{ name: "SUITE", does: "runs it", isRepeated: true }] };
    expect(readArguments(suites, { given: ["unit", "infra", "e2e"], environment }).positionals).toHaveLength(3);
  });
});

describe("readNumber", () => {
  const minutes = { min: 1, max: 99 };
  const dollars = { min: 0, max: 9999, decimals: 6, what: "US dollars" };

  it("returns every number within its limits", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99 }), (number) => {
        expect(readNumber("--minutes", String(number), minutes)).toBe(number);
        expect(readNumber("--max-cost", `${number}.25`, dollars)).toBe(number + 0.25);
      }),
    );
  });

  it.each(["0", "100", "1.5", "-1", "1e1", "0x1", " 1", "", "many", "NaN", "99999999999999999999"])(
    "refuses %j, and says what is allowed",
    (text) => {
      expect(() => readNumber("--minutes", text, minutes)).toThrow(
        new UsageError(`--minutes is "${text}"; it must be a whole number from 1 to 99.`),
      );
    },
  );

  it.each(["-0.1", "10000", "0.1234567", ".5", "1.", "much"])("refuses %j of a number with decimals", (text) => {
    expect(() => readNumber("--max-cost", text, dollars)).toThrow(
      new UsageError(`--max-cost is "${text}"; it must be US dollars from 0 to 9999.`),
    );
  });
});

test("a wrong call ends with another code than a failure", () => {
  expect(exitCodeOf(new UsageError("wrong"))).toBe(2);
  expect(exitCodeOf(new Error("failed"))).toBe(1);
  expect(exitCodeOf(new CanceledError("canceled"))).toBe(130);
  expect(exitCodeOf(new HelpRequest("usage"))).toBe(0);
});
