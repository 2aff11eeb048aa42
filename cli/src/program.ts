/** The whole command line: its commands, and how a run of it ends. */
import { Command, CommanderError, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { version } from "../package.json";
import { loginCommand, logoutCommand, usageCommand, whoamiCommand } from "./commands/account";
import { completeCommand, completionCommand } from "./commands/completion";
import { composeCommand, downloadCommand } from "./commands/compose";
import { datasetsCommand } from "./commands/datasets";
import { doctorCommand } from "./commands/doctor";
import { compositionsCommand, jobsCommand, melodiesCommand, modelsCommand, tracksCommand } from "./commands/lists";
import { type BeginRun, runOf } from "./commands/run";
import {
  metricsCommand,
  resumeCommand,
  samplesCommand,
  stopCommand,
  trainCommand,
  watchCommand,
} from "./commands/training";
import { CommandError, type ExitCode, exitCodes, RefusedRequest } from "./exit-codes";
import { type Terminal, writeLine } from "./terminal";

/** Returns the program with all its commands. */
export function createProgram(terminal: Terminal): CommandUnknownOpts {
  const program = new Command("opencomposer")
    .description("Compose, train and listen by the API of OpenComposer")
    .version(version)
    .option("--json", "print JSON, for scripts")
    .option("-q, --quiet", "print ids alone, one a line")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.output.stream.write(text),
      writeErr: (text) => terminal.errors.stream.write(text),
      getOutHelpWidth: () => terminal.output.columns,
      getErrHelpWidth: () => terminal.errors.columns,
    })
    .showHelpAfterError("opencomposer --help and opencomposer COMMAND --help explain what there is.")
    .addHelpText(
      "after",
      "\nExit codes: 0 done, 1 failed, 2 called wrongly, 3 not signed in, 4 refused, 5 unavailable, 6 time has passed, 130 Ctrl-C.",
    );
  const begin: BeginRun = () => runOf(terminal, program.opts());
  const add = (heading: string, ...commands: readonly CommandUnknownOpts[]): void => {
    program.commandsGroup(heading);
    for (const command of commands) program.addCommand(inheriting(command, program));
  };
  add("Sign in:", loginCommand(begin), logoutCommand(begin), whoamiCommand(begin), usageCommand(begin));
  add("Compose:", composeCommand(begin), downloadCommand(begin), compositionsCommand(begin));
  add("What there is:", melodiesCommand(begin), tracksCommand(begin), modelsCommand(begin), datasetsCommand(begin));
  add("Train:", trainCommand(begin), watchCommand(begin), stopCommand(begin), resumeCommand(begin));
  add("Look at a training:", jobsCommand(begin), metricsCommand(begin), samplesCommand(begin));
  add("This machine:", doctorCommand(begin), completionCommand(begin));
  program.addCommand(completeCommand(begin, program).copyInheritedSettings(program), { hidden: true });
  return program;
}

/** Gives a command, and those below it, the settings of the program. */
function inheriting(command: CommandUnknownOpts, parent: CommandUnknownOpts): CommandUnknownOpts {
  command.copyInheritedSettings(parent);
  for (const below of command.commands) inheriting(below, command);
  return command;
}

/** Runs the command line. Returns its exit code; whatever went wrong has been told. */
export async function runCommandLine(words: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const program = createProgram(terminal);
  try {
    await orCanceled(terminal.signal, program.parseAsync(words, { from: "user" }));
    return exitCodes.done;
  } catch (error) {
    if (error instanceof CommanderError) {
      // It has written its message itself. Help and version are no errors.
      return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    }
    if (terminal.signal.aborted) {
      await writeLine(terminal.errors, "Canceled.");
      return exitCodes.canceled;
    }
    if (error instanceof CommandError) {
      if (program.opts()["json"] === true && error instanceof RefusedRequest) {
        await writeLine(terminal.errors, JSON.stringify(error.problem));
      } else {
        await writeLine(terminal.errors, error.message);
      }
      return error.exitCode;
    }
    await writeLine(terminal.errors, error instanceof Error ? error.message : String(error));
    return exitCodes.failed;
  }
}

/** Ends the waiting for work when Ctrl-C is pressed: not every request hears of it. */
async function orCanceled(signal: AbortSignal, work: Promise<unknown>): Promise<void> {
  const canceled = new Promise<never>((_, reject) => {
    signal.addEventListener(
      "abort",
      () => {
        reject(new Error("Canceled."));
      },
      { once: true },
    );
  });
  await Promise.race([work, canceled]);
}
