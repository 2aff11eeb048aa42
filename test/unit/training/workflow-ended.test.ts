import { endedWorkflowPatienceSeconds } from "../../../naming/time-limits";
import type { ExecutionStatus, WorkflowInput } from "../../../lambdas/aws/workflow-executions";
import { parseEndedWorkflow, workflowEnded } from "../../../lambdas/training/workflow-ended";
import { jobId, sub, trainingJob, TrainingWorld } from "../../workflow/training-world";

const input = { sub, jobId: jobId(1), attempt: 1 };
const ended = (status: string, { data = input, name = `${jobId(1)}-1` }: { data?: object; name?: string } = {}) => ({
  detail: { name, status, input: JSON.stringify(data), executionArn: "arn" },
});

class EndedWorld extends TrainingWorld {
  readonly started: WorkflowInput[] = [];
  readonly asked: WorkflowInput[] = [];
  described: ExecutionStatus = "FAILED";
  isAway = false;

  async tell(event: unknown) {
    return await workflowEnded({
      ...this.settlingPorts(),
      event,
      openWork: this.openWork,
      within: async (_, work) => await work,
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

const worldWithJob = (): EndedWorld => {
  const world = new EndedWorld();
  world.jobs.add(trainingJob(1));
  return world;
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
  const world = worldWithJob();
  expect(await world.tell(ended(status))).toEqual({ outcome: "NEXT_ATTEMPT", attempt: 2 });
  expect(world.started).toEqual([{ ...input, attempt: 2 }]);
  expect(world.row(1).attemptsWithoutTraining).toBe(1);
  expect(world.asked).toEqual([]);
});

test("a job that an execution could only not settle goes on with the next attempt, which counts", async () => {
  const world = worldWithJob();
  expect(await world.tell(ended("FAILED"))).toEqual({ outcome: "NEXT_ATTEMPT", attempt: 2 });
  expect(world.row(1).attemptsWithoutTraining).toBe(0);
});

test("a job with a step that failed for minutes is settled, and not begun again", async () => {
  const world = worldWithJob();
  world.described = "STEP_FAILED";
  expect(await world.tell(ended("FAILED"))).toEqual({ outcome: "SETTLED", state: "FAILED" });
  expect(world.started).toEqual([]);
  expect(world.row(1).failure).toMatchObject({ code: "WORKFLOW_FAILED", retryable: true });
  expect(world.jobs.openNow()).toBe(0);
});

test("what throws is thrown, so that Lambda tries again, until minutes have passed: then the job is ended unread", async () => {
  const world = worldWithJob();
  for (const step of ["PrepareData", "TakeSlot"] as const) await world.step(step, input);
  world.jobs.get = async () => await Promise.reject(new Error("unreadable"));
  // However late the event comes, its first failure is not the last.
  world.clock.advance(3_600);
  await expect(world.tell(ended("FAILED"))).rejects.toThrow("unreadable");
  world.clock.advance(endedWorkflowPatienceSeconds - 1);
  await expect(world.tell(ended("FAILED"))).rejects.toThrow("unreadable");
  expect(world.row(1).state).toBe("QUEUED");
  world.clock.advance(1);
  expect(await world.tell(ended("FAILED"))).toEqual({ outcome: "ENDED_UNREPAIRED" });
  expect(world.row(1)).toMatchObject({ state: "FAILED", endReason: "FAILURE", failure: { code: "WORKFLOW_FAILED" } });
  expect(world.jobs.openNow()).toBe(0);
  expect(world.slots.heldNow().size).toBe(0);
  expect(world.tickets.shownNow().size).toBe(0);
});

test("a late event of an earlier attempt never ends the attempt that is at work", async () => {
  const world = worldWithJob();
  for (const step of ["PrepareData", "TakeSlot", "LaunchTrainingJob"] as const) await world.step(step, input);
  await world.tell(ended("ABORTED"));
  expect(world.row(1)).toMatchObject({ attempt: 2, state: "STARTING" });
  world.jobs.get = async () => await Promise.reject(new Error("away"));
  await expect(world.tell(ended("ABORTED"))).rejects.toThrow("away");
  world.clock.advance(endedWorkflowPatienceSeconds);
  expect(await world.tell(ended("ABORTED"))).toEqual({ outcome: "SUPERSEDED" });
  expect(world.row(1)).toMatchObject({ attempt: 2, state: "STARTING" });
  expect(world.sageMaker.stops).toEqual([]);
});

test.each([
  [false, "READY", "EPOCHS_COMPLETED"],
  [true, "STOPPED", "USER_STOP"],
])(
  "the last resort keeps what a registered model says (stop requested: %s): %s",
  async (stopRequested, state, endReason) => {
    const world = worldWithJob();
    world.jobs.put({ ...world.row(1), modelId: jobId(1), stopRequested });
    world.jobs.get = async () => await Promise.reject(new Error("away"));
    await expect(world.tell(ended("FAILED"))).rejects.toThrow("away");
    world.clock.advance(endedWorkflowPatienceSeconds);
    expect(await world.tell(ended("FAILED"))).toEqual({ outcome: "ENDED_UNREPAIRED" });
    expect(world.row(1)).toMatchObject({ state, endReason });
    expect(world.row(1).failure).toBeUndefined();
    expect(world.jobs.openNow()).toBe(0);
  },
);

test("where Step Functions cannot be asked how the execution ended, the job has its next attempt", async () => {
  const world = worldWithJob();
  world.isAway = true;
  expect(await world.tell(ended("FAILED"))).toEqual({ outcome: "NEXT_ATTEMPT", attempt: 2 });
});
