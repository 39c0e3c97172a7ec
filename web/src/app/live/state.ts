/** The state of the stream of changes as a reducer (pure). */
import type { ChangeKind } from "../../core/kinds/kinds";

/** A message of the stream, or between tabs. */
export type Signal =
  | { type: "open" }
  | { type: "lost"; at: number }
  | { type: "changed"; kind: ChangeKind }
  | { type: "stale"; kind: string; since: string }
  | { type: "live"; kind: string }
  | { type: "sync"; state: LiveState };

export interface LiveState {
  phase: "connecting" | "live" | "reconnecting";
  /** When the stream was lost (milliseconds), while it is. */
  lostAt: number;
  /** Since when each kind has no updates from the cluster (RFC 3339). */
  stale: Readonly<Record<string, string>>;
}

export const CONNECTING: LiveState = { phase: "connecting", lostAt: 0, stale: {} };

export function after(state: LiveState, signal: Signal): LiveState {
  switch (signal.type) {
    case "open":
      // Stale kinds are fetched again at each opening.
      return { phase: "live", lostAt: 0, stale: {} };
    case "lost":
      return state.phase === "reconnecting" ? state : { ...state, phase: "reconnecting", lostAt: signal.at };
    case "stale":
      return { ...state, stale: { ...state.stale, [signal.kind]: signal.since } };
    case "live": {
      const stale = Object.entries(state.stale).filter(([kind]) => kind !== signal.kind);
      return { ...state, stale: Object.fromEntries(stale) };
    }
    case "sync":
      return signal.state;
    case "changed":
      return state;
  }
}

/** Since when the oldest stale kind is so, "" while none is. */
export function staleSince(state: LiveState): string {
  return Object.values(state.stale).sort()[0] ?? "";
}
