/** How long an account still holds. */
import type { Account } from "./session/queries";

const DAY_MS = 24 * 3600 * 1000;
/** From so many days before its end on, an account's owner is told on every page. */
export const WARNING_DAYS = 3;

/** Days that are left, with fractions; undefined for accounts without an end, or that have not begun. */
export function daysLeft({ ends }: Pick<Account, "ends">, now: number): number | undefined {
  const end = Date.parse(ends);
  return Number.isNaN(end) ? undefined : Math.max(0, (end - now) / DAY_MS);
}

/** Whether the end is near enough to speak of it everywhere. */
export function endsSoon(account: Pick<Account, "ends">, now: number): boolean {
  const left = daysLeft(account, now);
  return left !== undefined && left <= WARNING_DAYS;
}
