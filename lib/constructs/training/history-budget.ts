/**
 * Checks that no training workflow can run out of history events: a Standard execution ends with an error at 25,000. A
 * training job is one execution that waits and monitors in loops. So its maximum has to be planned: the waits for a
 * slot and for capacity, and the run itself.
 */
import * as z from "zod";
import type { TrainingConfig } from "../../config/stage-config";

/**
 * The maximum of events that a plan may have. It is 5,000 below the service's limit, because retries of failing tasks add
 * events that no plan knows.
 */
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

/**
 * Events of a state. A Task that calls a function is entered, scheduled, started, succeeded and exited; the others are
 * entered and exited.
 */
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

/** Returns the events of the longest way from a Wait state back to itself that passes no other Wait state. */
function eventsPerTurn(workflow: Workflow, waitState: string): number {
  const eventsBack = (name: string, seen: ReadonlySet<string>): number | undefined => {
    if (name === waitState) return 0;
    if (seen.has(name) || workflow.States[name]?.Type === "Wait") return undefined;
    const ways = successors(workflow, name)
      .map((next) => eventsBack(next, new Set([...seen, name])))
      .filter((events) => events !== undefined);
    return ways.length === 0 ? undefined : eventsOf(workflow, name) + Math.max(...ways);
  };
  const ways = successors(workflow, waitState)
    .map((next) => eventsBack(next, new Set()))
    .filter((events) => events !== undefined);
  if (ways.length === 0) throw new Error(`The workflow never comes back to its Wait state ${waitState}.`);
  return eventsOf(workflow, waitState) + Math.max(...ways);
}

export interface HistoryPlan {
  /** The maximum of turns of each Wait state, and the events that each turn costs. */
  readonly loops: Readonly<Record<string, { readonly turns: number; readonly eventsPerTurn: number }>>;
  /** Events of every state once, which covers the way from start to end outside the loops. */
  readonly once: number;
  readonly total: number;
}

/**
 * Seconds that SageMaker may take to end a job that is to stop (120 s for the container, then the upload), and
 * seconds between two checks of the finalizing step (its `stopWaitSeconds`, which test/infra/history-budget.test.ts
 * compares).
 */
export const stop = { maxSeconds: 900, everySeconds: 5 } as const;

/**
 * The maximum of attempts by which a job that is next in turn still tries to acquire a slot after its deadline.
 * lambdas/training/acquire-slot.ts has the same number; test/infra/history-budget.test.ts compares them.
 */
export const turnsPastDeadline = 100;

/**
 * Returns the maximum of monitoring turns of a job that runs for `seconds`. They are `firstSeconds` apart for
 * `firstForSeconds`, then in proportion to the time that the job has run, so that each turn lengthens that time by the
 * same factor, and at last `laterSeconds` apart. Waits are whole seconds, rounded up, so this is an upper bound.
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
 * Returns the events of the longest execution that a stage's settings allow.
 *
 * @param definition the ASL document, substitutions unresolved
 * @throws Error if the workflow waits in a state that this plan does not know, because a new loop has to be planned,
 * too
 */
export function planHistory(definition: string, training: TrainingConfig): HistoryPlan {
  const workflow = workflowSchema.parse(JSON.parse(definition));
  const { monitor, waitSeconds } = training;
  const turns = (seconds: number, every: number): number => Math.ceil(seconds / every);
  // On spot machines SageMaker may wait for capacity inside the job, and the monitoring turns go on meanwhile.
  const monitorSeconds = training.runtimeLimitSeconds + (training.useSpot ? training.capacityDeadlineSeconds : 0);
  const capacityTurns = turns(training.capacityDeadlineSeconds, waitSeconds);
  const planned: Record<string, number> = {
    WaitForSlot: turns(training.queueDeadlineSeconds, waitSeconds) + turnsPastDeadline,
    WaitForCapacity: capacityTurns,
    WaitToMonitor:
      turnsOfMonitoring(monitor, monitorSeconds) +
      // A job that SageMaker has no machine for fails, so each such job was launched and monitored once.
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

/**
 * Checks the plan of an execution.
 * @throws Error that contains the calculation, if the plan is over {@link historyEventBudget}
 */
export function checkHistoryBudget(definition: string, training: TrainingConfig): void {
  const plan = planHistory(definition, training);
  if (plan.total <= historyEventBudget) return;
  const sums = Object.entries(plan.loops).map(
    ([name, loop]) => `${name} ${loop.turns} × ${loop.eventsPerTurn} = ${loop.turns * loop.eventsPerTurn}`,
  );
  throw new Error(
    `The longest training job would leave ${plan.total} history events, over ${historyEventBudget} ` +
      `(${sums.join(", ")}, rest ${plan.once}): shorten a deadline or monitor less often.`,
  );
}
