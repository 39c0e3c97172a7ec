/** The error of every failed request: `ApiError`, read from a Kubernetes Status. */
import type { components } from "../schema";

export type Status = components["schemas"]["Status"];

/** One cause of a Status; `field` is the name of the request's field. */
export interface Cause {
  reason: string;
  message: string;
  field: string;
}

export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    /** The HTTP status, 0 when no reply came at all. */
    readonly code: number,
    /** A Kubernetes reason such as `AlreadyExists`; `Unreachable` without a reply. */
    readonly reason: string,
    /** The Status' message, for people. */
    message: string,
    readonly causes: readonly Cause[] = [],
    /** Retry-After in seconds, 0 without one. */
    readonly retryAfter = 0,
  ) {
    super(message);
  }

  /** The message about one field of the request, "" for none. */
  about(field: string): string {
    return this.causes.find((cause) => cause.field === field)?.message ?? "";
  }

  /** Whether one of the causes has this reason, such as `AccountExpired`. */
  has(reason: string): boolean {
    return this.causes.some((cause) => cause.reason === reason);
  }

  /** Whether the error is temporary: the same request may succeed later. */
  get passing(): boolean {
    return this.code === 0 || this.code === 429 || this.code >= 500;
  }
}

/** No reply came: the network or the console is down. */
export function unreachable(): ApiError {
  return new ApiError(0, "Unreachable", "");
}

/** The error of a response, including responses of proxies. */
export async function failure(response: Response): Promise<ApiError> {
  const status = await statusOf(response);
  const seconds = Number(response.headers.get("Retry-After") ?? status.details?.retryAfterSeconds ?? 0);
  const causes = (status.details?.causes ?? []).map((cause) => ({
    reason: cause.reason ?? "",
    message: cause.message ?? "",
    field: cause.field ?? "",
  }));
  return new ApiError(
    response.status,
    status.reason ?? "",
    status.message ?? response.statusText,
    causes,
    Number.isFinite(seconds) ? seconds : 0,
  );
}

async function statusOf(response: Response): Promise<Status> {
  if (!response.headers.get("Content-Type")?.includes("json")) return {};
  try {
    return (await response.json()) as Status;
  } catch {
    return {};
  }
}
