import fc from "fast-check";
import {
  CanceledError,
  exitCodeOf,
  readArguments,
  readNumber,
  readOptions,
  UsageError,
} from "../../../tools/command-line";

const options = {
  once: { type: "boolean", default: false },
  stage: { type: "string" },
} as const;

const errorOf = (given: readonly string[]): string => {
  try {
    readOptions(options, given);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return error instanceof Error ? error.message : "";
  }
  throw new Error("the arguments were taken");
};

describe("readOptions", () => {
  it("returns what was given, and the defaults", () => {
    expect({ ...readOptions(options, ["--stage", "dev"]) }).toEqual({ once: false, stage: "dev" });
    expect({ ...readOptions(options, ["--once"]) }).toEqual({ once: true });
  });

  it.each([
    [["--foo"], "The option --foo is not known; the options are --once, --stage."],
    [["--once", "--foo=1"], "The option --foo is not known; the options are --once, --stage."],
    [["-x"], "The option -x is not known; the options are --once, --stage."],
    [["now"], "The argument now is not known; the options are --once, --stage."],
    [["--", "now"], "The argument now is not known; the options are --once, --stage."],
    [["--toString"], "The option --toString is not known; the options are --once, --stage."],
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
    const many = { name: { type: "string", multiple: true } } as const;
    expect({ ...readOptions(many, ["--name", "a", "--name", "b"]) }).toEqual({ name: ["a", "b"] });
  });

  it.each([[["--stage"]], [["--stage="]]])("names the values of an option that has none in %j", (given) => {
    const limited = { stage: { type: "string", allowed: ["dev", "prod"] } } as const;
    expect(() => readOptions(limited, given)).toThrow(
      new UsageError("The option --stage has no value; it must be dev, prod."),
    );
  });

  it.each([
    [["--once=yes"], /--once/],
    [["--stage"], /--stage/],
  ])("names the option whose value is wrong in %j", (given, option) => {
    expect(errorOf(given)).toMatch(option);
  });
});

describe("readArguments", () => {
  const read = (...given: string[]) => readArguments({ options, positionals: ["action", "username"], given });

  it("returns the arguments that are no options, in their order, wherever the options stand", () => {
    expect(read("add", "--stage", "dev", "ada").positionals).toEqual(["add", "ada"]);
    expect({ ...read("add", "--stage", "dev", "ada").values }).toEqual({ once: false, stage: "dev" });
    expect(read("list").positionals).toEqual(["list"]);
  });

  it("names one too many", () => {
    expect(() => read("add", "ada", "eve")).toThrow(
      new UsageError("The argument eve is not known; the options are --once, --stage."),
    );
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
});
