import { endedWorkflowPatienceSeconds } from "../../../domain/names/time-limits";
import type { ExecutionStatus, WorkflowInput } from "../../../lambdas/aws/workflow-executions";
import { parseEndedWorkflow, workflowEnded } from "../../../lambdas/events/workflow-ended/workflow-ended";
import { jobId, sub, trainingJob, TrainingWorld } from "../../workflow/training-world";

const input = { sub, jobId: jobId(1), attempt: 1 };
const ended = (status: string, { data = input, name = `${jobId(1)}-1` }: { data?: object; name?: string } = {}) => ({
  time: "2026-01-01T00:00:00Z",
  detail: { name, status, input: JSON.stringify(data), executionArn: "arn" },
});

class EndedWorld extends TrainingWorld {
  readonly started: WorkflowInput[] = [];
  readonly asked: WorkflowInput[] = [];
  described: ExecutionStatus = "FAILED";

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

test.each(["FAILED", "TIMED_OUT", "ABORTED"])("%s is read with what to tell the owner, and when it was", (status) => {
  const parsed = parseEndedWorkflow(ended(status));
  expect(parsed).toMatchObject({ input, status, endedAt: new Date("2026-01-01T00:00:00Z") });
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
  expect(world.jobs.openTrainingJobs).toBe(0);
});

test("what throws is thrown, so that Lambda tries again, until minutes have passed: then the job is ended unread", async () => {
  const world = worldWithJob();
  for (const step of ["PrepareData", "TakeSlot"] as const) await world.step(step, input);
  world.jobs.load = async () => await Promise.reject(new Error("unreadable"));
  await expect(world.tell(ended("FAILED"))).rejects.toThrow("unreadable");
  expect(world.row(1).state).toBe("QUEUED");
  world.clock.advance(endedWorkflowPatienceSeconds);
  expect(await world.tell(ended("FAILED"))).toEqual({ outcome: "ENDED_UNREPAIRED" });
  expect(world.row(1)).toMatchObject({ state: "FAILED", endReason: "FAILURE", failure: { code: "WORKFLOW_FAILED" } });
  expect(world.jobs.openTrainingJobs).toBe(0);
  expect(world.slots.slots.size).toBe(0);
  expect(world.tickets.tickets.size).toBe(0);
});
