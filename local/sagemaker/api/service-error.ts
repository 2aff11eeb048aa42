/**
 * An error that a client of the real service could get. Any other error is a defect of this server and is returned as
 * InternalFailure.
 */
export class ServiceError extends Error {
  readonly code: string;
  readonly status: number;
  /** Additional members of the error's shape, such as ModelError's OriginalStatusCode. */
  readonly members: Readonly<Record<string, string | number>>;

  constructor(params: {
    readonly code: string;
    readonly status: number;
    readonly message: string;
    readonly members?: Readonly<Record<string, string | number>>;
  }) {
    super(params.message);
    this.name = params.code;
    this.code = params.code;
    this.status = params.status;
    this.members = params.members ?? {};
  }
}

/**
 * Returns the error that the control plane gives for most refusals, unknown names included (GH:boto/boto3#2808).
 */
export function validationException(message: string): ServiceError {
  return new ServiceError({ code: "ValidationException", status: 400, message });
}

export function resourceInUse(message: string): ServiceError {
  return new ServiceError({ code: "ResourceInUse", status: 400, message });
}

/** Returns the error of a throttled call. Its status is 400, not 429: GH:aws/sagemaker-python-sdk#645. */
export function throttled(): ServiceError {
  return new ServiceError({ code: "ThrottlingException", status: 400, message: "Rate exceeded" });
}

/**
 * Returns the error of a reached limit. Its text names limit, utilization and delta as the service's does
 * (GH:zenml-io/zenml#847).
 */
export function resourceLimitExceeded(params: {
  readonly limit: string;
  readonly quota: number;
  readonly used: number;
  readonly requested: number;
}): ServiceError {
  const { limit, quota, used, requested } = params;
  return new ServiceError({
    code: "ResourceLimitExceeded",
    status: 400,
    message:
      `The account-level service limit '${limit}' is ${quota} Instances, with current utilization of ${used} Instances ` +
      `and a request delta of ${requested} Instances. Please use AWS Service Quotas to request an increase for this quota.`,
  });
}

/**
 * Returns the message of an error. It does not use `instanceof`, because in a test's sandbox the system's errors belong
 * to another realm.
 */
export function errorText(error: unknown): string {
  const isErrorLike = typeof error === "object" && error !== null && "message" in error;
  return isErrorLike ? String(error.message) : String(error);
}
