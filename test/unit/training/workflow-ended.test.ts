import type { ExecutionStatus, WorkflowInput } from "../../../lambdas/aws/workflow-executions";
import { parseEndedWorkflow, workflowEnded } from "../../../lambdas/training/workflow-ended";
import { endedWorkflowPatienceSeconds } from "../../../naming/time-limits";
import { jobId, sub, TrainingHarness, trainingJob } from "../../workflow/training-harness";

const input = { sub, jobId: jobId(1), attempt: 1 };
const ended = (status: string, { data = input, name = `${jobId(1)}-1` }: { data?: object; name?: string } = {}) => ({
  detail: { name, status, input: JSON.stringify(data), executionArn: "arn" },
});

class EndedHarness extends TrainingHarness {
  readonly started: WorkflowInput[] = [];
  readonly asked: WorkflowInput[] = [];
  described: ExecutionStatus = "FAILED";
  isAway = false;

  async tell(event: unknown) {
    return await workflowEnded({
      ...this.finalizingPorts(),
      event,
      withinTime: async (_, work) => await work,
      executions: {
        start: async (execution) => {
          this.started.push(execution);
        },
        status: async (execution) => {
          this.asked.push(execution);
          if (this.isAway) throw new Error("away");
          return this.described;
        },
      },
    });
  }
}

const harnessWithJob = (): EndedHarness => {
  const harness = new EndedHarness();
  harness.trainingJobs.add(trainingJob(1));
  return harness;
};

test.each(["FAILED", "TIMED_OUT", "ABORTED"])("%s is read with what to tell the owner", (status) => {
  const parsed = parseEndedWorkflow(ended(status));
  expect(parsed).toMatchObject({ input, status });
  expect(parsed.fault.retryable).toBe(true);
  expect(parsed.fault.message).not.toMatch(/resume/);
});

test("an execution of another name, or an event of another kind, is refused", () => {
  expect(() => parseEndedWorkflow(ended("ABORTED", { name: `${jobId(2)}-1` }))).toThrow("input of another job");
  expect(() => parseEndedWorkflow(ended("SUCCEEDED"))).toThrow();
  expect(() => parseEndedWorkflow({})).toThrow();
});

test.each(["TIMED_OUT", "ABORTED"])("a job whose execution %s goes on with the next attempt", async (status) => {
  const harness = harnessWithJob();
  expect(await harness.tell(ended(status))).toEqual({ outcome: "NEXT_ATTEMPT", attempt: 2 });
  expect(harness.started).toEqual([{ ...input, attempt: 2 }]);
  expect(harness.row(1).attemptsWithoutTraining).toBe(1);
  expect(harness.asked).toEqual([]);
});

test("a job that an execution could only not finalize goes on with the next attempt, which counts", async () => {
  const harness = harnessWithJob();
  expect(await harness.tell(ended("FAILED"))).toEqual({ outcome: "NEXT_ATTEMPT", attempt: 2 });
  expect(harness.row(1).attemptsWithoutTraining).toBe(0);
});

test("a job with a step that failed for minutes is finalized, and not begun again", async () => {
  const harness = harnessWithJob();
  harness.described = "STEP_FAILED";
  expect(await harness.tell(ended("FAILED"))).toEqual({ outcome: "FINALIZED", state: "FAILED" });
  expect(harness.started).toEqual([]);
  expect(harness.row(1).failure).toMatchObject({ code: "WORKFLOW_FAILED", retryable: true });
  expect(harness.trainingJobs.openNow()).toBe(0);
});

test("what throws is thrown, so that Lambda tries again, until minutes have passed: then the job is ended unread", async () => {
  const harness = harnessWithJob();
  for (const step of ["PrepareData", "AcquireSlot"] as const) await harness.step(step, input);
  harness.trainingJobs.get = async () => await Promise.reject(new Error("unreadable"));
  // However late the event comes, its first failure is not the last.
  harness.clock.advance(3_600);
  await expect(harness.tell(ended("FAILED"))).rejects.toThrow("unreadable");
  harness.clock.advance(endedWorkflowPatienceSeconds - 1);
  await expect(harness.tell(ended("FAILED"))).rejects.toThrow("unreadable");
  expect(harness.row(1).state).toBe("QUEUED");
  harness.clock.advance(1);
  expect(await harness.tell(ended("FAILED"))).toEqual({ outcome: "ENDED_UNREPAIRED" });
  expect(harness.row(1)).toMatchObject({ state: "FAILED", endReason: "FAILURE", failure: { code: "WORKFLOW_FAILED" } });
  expect(harness.trainingJobs.openNow()).toBe(0);
  expect(harness.slots.heldNow().size).toBe(0);
  expect(harness.tickets.waitingNow().size).toBe(0);
});

test("a late event of an earlier attempt never ends the attempt that is at work", async () => {
  const harness = harnessWithJob();
  for (const step of ["PrepareData", "AcquireSlot", "LaunchTrainingJob"] as const) await harness.step(step, input);
  await harness.tell(ended("ABORTED"));
  expect(harness.row(1)).toMatchObject({ attempt: 2, state: "STARTING" });
  harness.trainingJobs.get = async () => await Promise.reject(new Error("away"));
  await expect(harness.tell(ended("ABORTED"))).rejects.toThrow("away");
  harness.clock.advance(endedWorkflowPatienceSeconds);
  expect(await harness.tell(ended("ABORTED"))).toEqual({ outcome: "SUPERSEDED" });
  expect(harness.row(1)).toMatchObject({ attempt: 2, state: "STARTING" });
  expect(harness.sageMaker.stops).toEqual([]);
});

test.each([
  [false, "READY", "EPOCHS_COMPLETED"],
  [true, "STOPPED", "USER_STOP"],
])(
  "the last resort keeps what a registered model says (stop requested: %s): %s",
  async (stopRequested, state, endReason) => {
    const harness = harnessWithJob();
    harness.trainingJobs.put({ ...harness.row(1), modelId: jobId(1), stopRequested });
    harness.trainingJobs.get = async () => await Promise.reject(new Error("away"));
    await expect(harness.tell(ended("FAILED"))).rejects.toThrow("away");
    harness.clock.advance(endedWorkflowPatienceSeconds);
    expect(await harness.tell(ended("FAILED"))).toEqual({ outcome: "ENDED_UNREPAIRED" });
    expect(harness.row(1)).toMatchObject({ state, endReason });
    expect(harness.row(1).failure).toBeUndefined();
    expect(harness.trainingJobs.openNow()).toBe(0);
  },
);

test("where Step Functions cannot be asked how the execution ended, the job has its next attempt", async () => {
  const harness = harnessWithJob();
  harness.isAway = true;
  expect(await harness.tell(ended("FAILED"))).toEqual({ outcome: "NEXT_ATTEMPT", attempt: 2 });
});
