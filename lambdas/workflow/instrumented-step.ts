/** Wraps every step of the workflow. It adds the patience of a step to what every function has. */
import { type StepFolder, stepPatienceSeconds } from "../../naming/time-limits";
import { type Handler, instrumented, type Telemetry } from "../telemetry/instrumented";
import { type GaveUp, patientStep } from "../training/patient-step";

/**
 * Returns the handler of a step.
 * @param run - gets the execution's data, which must not be trusted until they are parsed
 */
export function instrumentedStep<Response>(
  folder: StepFolder,
  run: (data: unknown, telemetry: Telemetry) => Promise<Response>,
): Handler<Response | GaveUp> {
  return instrumented(
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
