/** The wrapper of every step of the workflow: what every function has, and the patience of a step. */
import { stepPatienceSeconds, type StepFolder } from "../../domain/names/time-limits";
import { observed, type Handler, type Telemetry } from "../telemetry/observed";
import { patientStep, type GaveUp } from "../training/patient-step";

/** @param run - gets the execution's data: hostile until it is parsed */
export function observedStep<Answer>(
  folder: StepFolder,
  run: (data: unknown, telemetry: Telemetry) => Promise<Answer>,
): Handler<Answer | GaveUp> {
  return observed(
    folder,
    async (event, telemetry) =>
      await patientStep({
        event,
        patienceSeconds: stepPatienceSeconds[folder],
        now: () => new Date(),
        log: telemetry.log,
        run: async (data) => await run(data, telemetry),
      }),
  );
}
