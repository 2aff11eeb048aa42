import type { PendingFaults, SlowPhase } from "../fault-injection";
import { failureReason } from "./folder-contract";
import { ReasonedFailure } from "./training-failure";

/** The injected faults that affect one training job. Each call uses one fault up. */
export class JobFaults {
  constructor(
    private readonly faults: PendingFaults,
    private readonly jobName: string,
  ) {}

  takeSlowPhase(phase: SlowPhase): { readonly seconds: number } | undefined {
    return this.faults.take("slowPhase", (fault) => fault.phase === phase && this.isMine(fault));
  }

  /**
   * Fails the job if a fault says that there is no machine.
   * @throws ReasonedFailure where there is no machine
   */
  meetCapacityError(): void {
    if (this.faults.take("capacityError") === undefined) return;
    throw new ReasonedFailure(
      failureReason({
        kind: "CapacityError",
        text:
          "Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error. Please retry " +
          "using a different ML instance type or after some time.",
      }),
    );
  }

  /**
   * Fails the start of the job if a fault says so.
   * @returns true if the platform failed and the job may try again
   * @throws ReasonedFailure where it may not
   */
  meetInternalServerError({ hasRetry }: { readonly hasRetry: boolean }): boolean {
    if (this.faults.take("internalServerError", (fault) => this.isMine(fault)) === undefined) return false;
    if (hasRetry) return true;
    throw new ReasonedFailure(
      failureReason({ kind: "InternalServerError", text: "We encountered an internal error. Please try again." }),
    );
  }

  /**
   * Fails the upload of the results if a fault says so.
   * @throws Error where the upload is to fail
   */
  meetUploadFailure(): void {
    const fault = this.faults.take("uploadFailure", (candidate) => this.isMine(candidate));
    if (fault !== undefined) throw new Error("injected by fault injection");
  }

  private isMine({ jobName }: { readonly jobName?: string | undefined }): boolean {
    return jobName === undefined || jobName === this.jobName;
  }
}
