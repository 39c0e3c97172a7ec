/** The remaining validity of an account. */
import type { Account } from "./session/queries";

const DAY_MS = 24 * 3600 * 1000;
/** The number of days before the end in which every page shows a notice. */
export const WARNING_DAYS = 3;

/** Remaining days, with fractions; undefined for accounts without an end or not started. */
export function daysLeft({ ends }: Pick<Account, "ends">, now: number): number | undefined {
  const end = Date.parse(ends);
  return Number.isNaN(end) ? undefined : Math.max(0, (end - now) / DAY_MS);
}

/** Whether the end is near enough for the notice. */
export function endsSoon(account: Pick<Account, "ends">, now: number): boolean {
  const left = daysLeft(account, now);
  return left !== undefined && left <= WARNING_DAYS;
}
