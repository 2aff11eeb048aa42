/** Every way through a definition, and which of them an execution has taken. */
import { type Definition, matches, type Rule } from "../asl-interpreter";
import type { Trace, Visit } from "./script";

type State = Definition["States"][string];
type Task = Extract<State, { Type: "Task" }>;
type Choice = Extract<State, { Type: "Choice" }>;

/**
 * Returns the names of all transitions of a definition: its start and its time-out, each state, each Next and Default, each error name of each
 * retrier, each retrier that is used up, each Catch, each rule of a Choice; and of a rule each part by which it can fail,
 * and each alternative by which it can hold.
 */
export function transitionsOf(definition: Definition): readonly string[] {
  return [
    startAt(definition),
    timesOut,
    ...Object.entries(definition.States).flatMap(([name, state]) => [
      `${name} is entered`,
      ...transitionsOfState(state).map((transition) => `${name}: ${transition}`),
    ]),
  ];
}

const startAt = ({ StartAt }: Definition): string => `StartAt ${StartAt}`;
const timesOut = "TimeoutSeconds";

function transitionsOfState(state: State): readonly string[] {
  switch (state.Type) {
    case "Task":
      return [
        next(state),
        ...state.Retry.flatMap(({ ErrorEquals, MaxAttempts }, retrier) => [
          // With no attempt it is used up at once.
          ...(MaxAttempts === 0 ? [] : ErrorEquals.map((error) => retried(retrier, error))),
          usedUp(retrier),
        ]),
        caught(state),
      ];
    case "Choice":
      return [
        ...state.Choices.flatMap((rule, index) => [
          ruleHolds(rule, index),
          ...partsOf(rule).flatMap((part, at) => [
            partFails(index, at),
            ...(part.Or ?? []).map((_, alternative) => alternativeHolds(index, at, alternative)),
          ]),
        ]),
        byDefault(state),
      ];
    case "Wait":
      return [next(state)];
    case "Succeed":
    case "Fail":
      return ["End"];
  }
}

const next = ({ Next }: { readonly Next: string }): string => `Next ${Next}`;
const retried = (retrier: number, error: string): string => `Retry ${retrier + 1} for ${error}`;
const usedUp = (retrier: number): string => `Retry ${retrier + 1} is used up`;
const caught = ({ Catch: [{ Next }] }: Task): string => `Catch ${Next}`;
const byDefault = ({ Default }: Choice): string => `Default ${Default}`;
const ruleHolds = ({ Next = "" }: Rule, index: number): string => `rule ${index + 1}, Next ${Next}`;
const partFails = (rule: number, part: number): string => `rule ${rule + 1} fails by part ${part + 1}`;
const alternativeHolds = (rule: number, part: number, alternative: number): string =>
  `rule ${rule + 1}, part ${part + 1} holds by alternative ${alternative + 1}`;

const partsOf = (rule: Rule): readonly Rule[] => rule.And ?? [rule];

/**
 * Returns the transitions that an execution has taken, by what its engine says of its states.
 * @throws Error if the engine went another way than the definition says
 */
export function transitionsTaken(definition: Definition, trace: Trace): readonly string[] {
  const ended = trace.status === "SUCCEEDED" || (trace.status === "FAILED" && trace.error !== "States.Runtime");
  const first = trace.visits[0]?.state;
  if (first !== definition.StartAt)
    throw new Error(`the execution starts at ${first}, and not at ${definition.StartAt}`);
  const inStates = trace.visits.flatMap((visit, index) => {
    const state = definition.States[visit.state];
    if (state === undefined) throw new Error(`the definition has no state ${visit.state}`);
    const following = trace.visits[index + 1]?.state;
    const isCutOff = following === undefined && !ended;
    const taken = isCutOff ? [] : transitionsOfVisit(state, visit, following);
    return [`${visit.state} is entered`, ...taken.map((transition) => `${visit.state}: ${transition}`)];
  });
  return [startAt(definition), ...inStates, ...(trace.status === "TIMED_OUT" ? [timesOut] : [])];
}

function transitionsOfVisit(state: State, visit: Visit, following: string | undefined): readonly string[] {
  const goesTo = (expected: string): void => {
    if (following !== expected) throw new Error(`${visit.state} goes to ${following}, and not to ${expected}`);
  };
  switch (state.Type) {
    case "Succeed":
    case "Fail":
      return ["End"];
    case "Wait":
      goesTo(state.Next);
      return [next(state)];
    case "Choice": {
      const chosen = state.Choices.findIndex((rule) => matches(rule, visit.input));
      const rule = state.Choices[chosen];
      goesTo(rule?.Next ?? state.Default);
      const failed = state.Choices.slice(0, chosen === -1 ? undefined : chosen);
      return [
        ...failed.map((other, index) =>
          partFails(
            index,
            partsOf(other).findIndex((part) => !matches(part, visit.input)),
          ),
        ),
        ...(rule === undefined
          ? [byDefault(state)]
          : [ruleHolds(rule, chosen), ...alternativesOf(rule, chosen, visit.input)]),
      ];
    }
    case "Task": {
      const failures = visit.calls.flatMap(({ error }) => (error === undefined ? [] : [error]));
      const isCaught = failures.length === visit.calls.length;
      goesTo(isCaught ? state.Catch[0].Next : state.Next);
      return failures
        .flatMap((error, index) => {
          const retrier = state.Retry.findIndex(
            ({ ErrorEquals }) => ErrorEquals.includes(error) || ErrorEquals.includes("States.ALL"),
          );
          const isLast = isCaught && index === failures.length - 1;
          const name = state.Retry[retrier]?.ErrorEquals.includes(error) === true ? error : "States.ALL";
          return isLast ? [usedUp(retrier), caught(state)] : [retried(retrier, name)];
        })
        .concat(isCaught ? [] : [next(state)]);
    }
  }
}

function alternativesOf(rule: Rule, index: number, input: unknown): readonly string[] {
  return partsOf(rule).flatMap((part, at) => {
    const holding = part.Or?.findIndex((alternative) => matches(alternative, input)) ?? -1;
    return holding === -1 ? [] : [alternativeHolds(index, at, holding)];
  });
}
