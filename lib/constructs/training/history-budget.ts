/**
 * A Standard execution ends with an error at 25,000 history events. A training job is one execution that waits and
 * monitors in loops, so its longest life has to be planned: slots, capacity and the run itself together.
 */
import * as z from "zod";
import type { TrainingConfig } from "../../config/stage-config";

/** 5,000 under the service's limit: retries of failing tasks add events that no plan knows. */
export const historyEventBudget = 20_000;

const transition = z.looseObject({ Next: z.string().optional() });
const stateSchema = z.looseObject({
  Type: z.enum(["Task", "Choice", "Wait", "Pass", "Succeed", "Fail"]),
  Next: z.string().optional(),
  Default: z.string().optional(),
  Choices: z.array(transition).optional(),
});
const workflowSchema = z.looseObject({ StartAt: z.string(), States: z.record(z.string(), stateSchema) });
type Workflow = z.infer<typeof workflowSchema>;

/** A Task that calls a function: entered, scheduled, started, succeeded, exited. The others: entered, exited. */
const eventsOfState = { Task: 5, Choice: 2, Wait: 2, Pass: 2, Succeed: 2, Fail: 1 } as const;

function successors(workflow: Workflow, name: string): string[] {
  const state = workflow.States[name];
  if (state === undefined) throw new Error(`The workflow goes on to the state ${name}, which it does not have.`);
  return [state.Next, state.Default, ...(state.Choices ?? []).map(({ Next }) => Next)].filter(
    (next) => next !== undefined,
  );
}

function eventsOf(workflow: Workflow, name: string): number {
  const state = workflow.States[name];
  if (state === undefined) throw new Error(`The workflow has no state ${name}.`);
  return eventsOfState[state.Type];
}

/** Events of the longest way from a Wait state back to itself that passes no other Wait state. */
function eventsPerTurn(workflow: Workflow, waitState: string): number {
  const longestBack = (name: string, seen: ReadonlySet<string>): number | undefined => {
    if (name === waitState) return 0;
    if (seen.has(name) || workflow.States[name]?.Type === "Wait") return undefined;
    const ways = successors(workflow, name)
      .map((next) => longestBack(next, new Set([...seen, name])))
      .filter((events) => events !== undefined);
    return ways.length === 0 ? undefined : eventsOf(workflow, name) + Math.max(...ways);
  };
  const ways = successors(workflow, waitState)
    .map((next) => longestBack(next, new Set()))
    .filter((events) => events !== undefined);
  if (ways.length === 0) throw new Error(`The workflow never comes back to its Wait state ${waitState}.`);
  return eventsOf(workflow, waitState) + Math.max(...ways);
}

export interface HistoryPlan {
  /** By Wait state: how often it is passed at most, and how many events each turn costs. */
  readonly loops: Readonly<Record<string, { readonly turns: number; readonly eventsPerTurn: number }>>;
  /** Events of every state once: the way from start to end outside the loops. */
  readonly once: number;
  readonly total: number;
}

/**
 * Time that SageMaker may take to end a job that was told to stop (120 s for the container, then the upload), and how
 * often the finalizing step looks whether it has (`stopWaitSeconds` there; test/infra/history-budget.test.ts compares).
 */
export const stop = { maxSeconds: 900, everySeconds: 5 } as const;

/**
 * How often a job that is next in turn still asks for a slot after its deadline: as often as in
 * lambdas/training/acquire-slot.ts, which test/infra/history-budget.test.ts compares.
 */
export const turnsPastDeadline = 100;

/**
 * Returns the number of monitoring turns of a job that runs for so long. They are `firstSeconds` apart for
 * `firstForSeconds`, then in proportion to the time that the job has run (each turn that much later makes the run longer
 * by the same factor), then `laterSeconds` apart. Waits are whole seconds, rounded up, so this is an upper bound.
 */
export function turnsOfMonitoring(monitor: TrainingConfig["monitor"], seconds: number): number {
  const { firstSeconds, laterSeconds, firstForSeconds } = monitor;
  const first = Math.ceil(Math.min(firstForSeconds, seconds) / firstSeconds);
  if (firstForSeconds === 0 || laterSeconds <= firstSeconds) {
    return first + Math.ceil(Math.max(0, seconds - firstForSeconds) / laterSeconds);
  }
  const slowest = Math.max(firstForSeconds, (laterSeconds * firstForSeconds) / firstSeconds);
  const grown = Math.min(seconds, slowest) / firstForSeconds;
  const growing = grown <= 1 ? 0 : Math.ceil(Math.log(grown) / Math.log(1 + firstSeconds / firstForSeconds));
  return first + growing + Math.ceil(Math.max(0, seconds - slowest) / laterSeconds);
}

/**
 * The events of the longest execution that a stage's settings allow.
 *
 * Throws if the workflow waits somewhere that this plan does not know: a new loop has to be planned, too.
 *
 * @param definition the ASL document, substitutions unresolved
 */
export function planHistory(definition: string, training: TrainingConfig): HistoryPlan {
  const workflow = workflowSchema.parse(JSON.parse(definition));
  const { monitor, waitSeconds } = training;
  const turns = (seconds: number, every: number): number => Math.ceil(seconds / every);
  // Spot: SageMaker may wait for capacity inside the job, and the monitoring turn goes on meanwhile.
  const monitorSeconds = training.runtimeLimitSeconds + (training.useSpot ? training.capacityDeadlineSeconds : 0);
  const capacityTurns = turns(training.capacityDeadlineSeconds, waitSeconds);
  const planned: Record<string, number> = {
    WaitForSlot: turns(training.queueDeadlineSeconds, waitSeconds) + turnsPastDeadline,
    WaitForCapacity: capacityTurns,
    WaitToMonitor:
      turnsOfMonitoring(monitor, monitorSeconds) +
      // A refusal for capacity comes as a job that failed: each one was launched, and monitored once.
      capacityTurns,
    WaitForStop: turns(stop.maxSeconds, stop.everySeconds),
  };
  const waits = Object.entries(workflow.States).filter(([, state]) => state.Type === "Wait");
  const loops: Record<string, { turns: number; eventsPerTurn: number }> = {};
  for (const [name] of waits) {
    const known = planned[name];
    if (known === undefined) throw new Error(`The history plan does not know the workflow's Wait state ${name}.`);
    loops[name] = { turns: known, eventsPerTurn: eventsPerTurn(workflow, name) };
  }
  const once = Object.keys(workflow.States).reduce((sum, name) => sum + eventsOf(workflow, name), 0);
  const total = Object.values(loops).reduce((sum, loop) => sum + loop.turns * loop.eventsPerTurn, once);
  return { loops, once, total };
}

/** Throws, with the arithmetic in the message, if the plan is over {@link historyEventBudget}. */
export function checkHistoryBudget(definition: string, training: TrainingConfig): void {
  const plan = planHistory(definition, training);
  if (plan.total <= historyEventBudget) return;
  const sums = Object.entries(plan.loops).map(
    ([name, loop]) => `${name} ${loop.turns} × ${loop.eventsPerTurn} = ${loop.turns * loop.eventsPerTurn}`,
  );
  throw new Error(
    `The longest training job would leave ${plan.total} history events, over ${historyEventBudget} ` +
      `(${sums.join(", ")}, rest ${plan.once}): shorten a deadline or look less often.`,
  );
}
