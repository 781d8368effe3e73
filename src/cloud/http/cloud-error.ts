/** What can go wrong between the action and the cloud, told apart by what follows from it. */

/** Nothing the cloud echoes is repeated: a gateway may send back the whole signed request, token and all. */
export class CloudError extends Error {
  readonly call: string
  /** HTTP status; null when no answer came. */
  readonly status: number | null
  /** `error_code` of the body, such as `PAP5.0001`; null when there is none. */
  readonly code: string | null

  constructor(
    message: string,
    details: { call: string; status?: number | null; code?: string | null; cause?: unknown },
  ) {
    super(message, { cause: details.cause })
    this.name = new.target.name
    this.call = details.call
    this.status = details.status ?? null
    this.code = details.code ?? null
  }
}

/** 401: the keys are wrong or expired, or the clock is off. Ends the audit at once. */
export class AuthenticationError extends CloudError {}

/** 403: the auditor lacks an IAM action. */
export class ForbiddenError extends CloudError {}

/** These keys are not taken by this call, whatever they may do: no action would help. */
export class KeysRefusedError extends ForbiddenError {}

/** 404: what was asked for is not there. */
export class NotFoundError extends CloudError {}

/** Tries, time or patience are used up. */
export class UnavailableError extends CloudError {}

/** The answer is not of the documented shape. */
export class ShapeError extends CloudError {}

/** A list changed while it was paged, again and again. */
export class ShiftedError extends CloudError {}

/** The time for the whole audit is up: nothing more is asked. */
export class DeadlineError extends UnavailableError {}
