/** The code, reason and message of any thrown value. */
export interface Problem {
  /** The HTTP status, 0 when no reply came. */
  code: number;
  reason: string;
  /** The console's message; "" without one. */
  message: string;
}

export function problemOf(error: unknown): Problem {
  if (!(error instanceof Error)) return { code: -1, reason: "", message: String(error) };
  const { code, reason } = error as Error & { code?: unknown; reason?: unknown };
  return {
    code: typeof code === "number" ? code : -1,
    reason: typeof reason === "string" ? reason : "",
    message: error.message,
  };
}
