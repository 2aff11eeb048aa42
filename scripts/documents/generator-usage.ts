import type { CommandUsage } from "../../tools/command-line";

/** What all commands take that generate files which are committed. */
export const generatorUsage = {
  options: {
    check: { type: "boolean", default: false, does: "writes nothing, and ends with 1 when something is stale" },
  },
  examples: [{ given: "--check", does: "says what is stale" }],
} as const satisfies Pick<CommandUsage, "options" | "examples">;
