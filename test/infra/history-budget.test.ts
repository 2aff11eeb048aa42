import { readFileSync } from "node:fs";
import type { TrainingConfig } from "../../lib/config/stage-config";
import { repositoryPath } from "../../lib/constructs/repository-root";
import {
  checkHistoryBudget,
  historyEventBudget,
  planHistory,
  stop,
  turnsOfMonitoring,
  turnsPastDeadline,
} from "../../lib/constructs/training/history-budget";
import { stages } from "../../naming/resource-names";
import { stageConfigs } from "./support/stage-configs";

const definition = readFileSync(repositoryPath("stepfunctions", "training-workflow.asl.json"), "utf8");
const training: TrainingConfig = {
  instanceType: "ml.m5.xlarge",
  volumeSizeGb: 10,
  useSpot: false,
  slots: 1,
  runtimeLimitSeconds: 3_600,
  queueDeadlineSeconds: 600,
  capacityDeadlineSeconds: 300,
  slotLeaseSeconds: 600,
  monitor: { firstSeconds: 10, laterSeconds: 60, firstForSeconds: 100 },
  waitSeconds: 100,
};

/** A loop of Wait, Task and Choice, with a longer way back through a Pass, and a Wait of another loop beside it. */
const small = JSON.stringify({
  StartAt: "Monitor",
  States: {
    WaitToMonitor: { Type: "Wait", SecondsPath: "$.s", Next: "Monitor" },
    Monitor: { Type: "Task", Resource: "${X}", Next: "Ended" },
    Ended: {
      Type: "Choice",
      Choices: [{ Next: "WaitToMonitor" }, { Next: "Note" }, { Next: "WaitForSlot" }],
      Default: "Done",
    },
    Note: { Type: "Pass", Next: "WaitToMonitor" },
    WaitForSlot: { Type: "Wait", SecondsPath: "$.s", Next: "Slot" },
    Slot: { Type: "Task", Resource: "${Y}", Next: "WaitForSlot" },
    Done: { Type: "Succeed" },
  },
});

test("a turn is the longest way back to the Wait state that passes no other one", () => {
  const { loops } = planHistory(small, training);
  expect(loops["WaitToMonitor"]?.eventsPerTurn).toBe(2 + 5 + 2 + 2);
  expect(loops["WaitForSlot"]?.eventsPerTurn).toBe(2 + 5);
});

test("the turns come from the stage's deadlines and intervals", () => {
  const { loops, once, total } = planHistory(small, training);
  // Turns every 10 s for 100 s; then up to 600 s each a tenth later than the last; every 60 s for 3,000 s; and one for each
  // of three launches without capacity.
  expect(loops["WaitToMonitor"]?.turns).toBe(10 + 19 + 50 + 3);
  expect(loops["WaitForSlot"]?.turns).toBe(6 + turnsPastDeadline);
  expect(once).toBe(2 + 5 + 2 + 2 + 2 + 5 + 2);
  expect(total).toBe(once + 82 * 11 + (6 + turnsPastDeadline) * 7);
});

test("on spot, SageMaker's own wait for capacity is monitored too", () => {
  const turnsOf = (config: TrainingConfig): number => planHistory(small, config).loops["WaitToMonitor"]?.turns ?? 0;
  expect(turnsOf({ ...training, useSpot: true }) - turnsOf(training)).toBe(5);
});

test.each(stages)("the longest job of %s stays inside the budget", (stage) => {
  const { total, loops } = planHistory(definition, stageConfigs[stage].training);
  expect(Object.keys(loops).sort()).toEqual(["WaitForCapacity", "WaitForSlot", "WaitForStop", "WaitToMonitor"]);
  expect(total).toBeLessThanOrEqual(historyEventBudget);
  expect(total).toBeGreaterThan(1_000);
});

test("settings over the budget are refused with the arithmetic", () => {
  expect(() => {
    checkHistoryBudget(definition, {
      ...training,
      runtimeLimitSeconds: 86_400,
      monitor: { ...training.monitor, laterSeconds: 20 },
    });
  }).toThrow(/WaitToMonitor \d+ × 9 = \d+/);
});

test("a Wait state that the plan does not know is refused", () => {
  expect(() => planHistory(definition.replaceAll('"WaitForCapacity"', '"WaitForLuck"'), training)).toThrow(
    /WaitForLuck/,
  );
});

test("the finalizing step checks as often as planned", () => {
  const step = readFileSync(repositoryPath("lambdas", "training", "finalize-training-job.ts"), "utf8");
  const [, seconds] = /const stopWaitSeconds = (\d+);/.exec(step) ?? [];
  expect(Number(seconds)).toBe(stop.everySeconds);
});

test("the slot step tries past the deadline as often as planned", () => {
  const step = readFileSync(repositoryPath("lambdas", "training", "acquire-slot.ts"), "utf8");
  const [, turns] = /const turnsPastDeadline = (\d+);/.exec(step) ?? [];
  expect(Number(turns)).toBe(turnsPastDeadline);
});

it("never plans fewer turns than the step's rule takes", () => {
  const monitor = { firstSeconds: 2, laterSeconds: 60, firstForSeconds: 60 };
  const runs = [30, 600, 1_800, 86_400];
  for (const seconds of runs) {
    let turns = 0;
    for (let ran = 0; ran < seconds; turns += 1) {
      // lambdas/training/monitoring-turn.ts, secondsToNextTurn.
      const inProportion = (monitor.firstSeconds * ran) / monitor.firstForSeconds;
      ran +=
        ran < monitor.firstForSeconds ? monitor.firstSeconds : Math.ceil(Math.min(monitor.laterSeconds, inProportion));
    }
    expect(turnsOfMonitoring(monitor, seconds)).toBeGreaterThanOrEqual(turns);
  }
});
