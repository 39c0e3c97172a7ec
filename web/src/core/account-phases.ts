/** The API's words for what an account may do (`state`) and where it is in its life (`phase`): the one place that spells them. */
export const STATE = {
  ready: "ready",
  pendingApproval: "pending-approval",
  preparing: "preparing",
  expired: "expired",
  suspended: "suspended",
  terminating: "terminating",
} as const;
export type AccountState = (typeof STATE)[keyof typeof STATE];

export const PHASE = {
  pendingApproval: "pending-approval",
  preparing: "preparing",
  failed: "failed",
  ready: "ready",
  expiring: "expiring",
  expired: "expired",
  grace: "grace",
  suspended: "suspended",
  terminating: "terminating",
} as const;
export type AccountPhase = (typeof PHASE)[keyof typeof PHASE];

/** All phases, in the order of an account's life. */
export const PHASES: readonly AccountPhase[] = Object.values(PHASE);

/** The state of an account that is not ready; a state of a newer console counts as `preparing`. */
export function blockedState(state: string): Exclude<AccountState, "ready"> {
  const known = Object.values(STATE).find((each) => each === state);
  return known === undefined || known === STATE.ready ? STATE.preparing : known;
}
