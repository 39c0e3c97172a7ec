/** What an administrator types about an account: what of it the console takes, and what it makes of the account. */
import type { Change } from "../../../api/administration";
import type { User } from "../../../api/users";

const DAY_MS = 24 * 3600 * 1000;
const LONGEST_DAYS = 3650;
export const LONGEST_REASON = 256;

const whole = (most: number) => (text: string) => /^\d{1,5}$/.test(text) && Number(text) <= most;

/** The limits of an account, each as the console takes it; no text for CPU and memory is no bound. */
const TAKES = {
  nodes: whole(1000),
  cpu: (text: string) => /^(|\d{1,6}(\.\d{1,3})?|\d{1,9}m)$/.test(text),
  memory: (text: string) => /^(|\d{1,12}(\.\d{1,3})?(k|M|G|T|Ki|Mi|Gi|Ti)?)$/.test(text),
  pods: whole(10_000),
};
export type Limit = keyof typeof TAKES;
export type Limits = Record<Limit, string>;
export const LIMITS: readonly Limit[] = ["nodes", "cpu", "memory", "pods"];

export function limitsOf({ maxNodeNum, quota }: User): Limits {
  return { nodes: String(maxNodeNum), cpu: quota.cpu, memory: quota.memory, pods: String(quota.pods) };
}

export function isTaken(limit: Limit, typed: string): boolean {
  return TAKES[limit](typed.trim());
}

/** What to ask the console for: what is another than before. Undefined when that is nothing, or makes no sense. */
export function askedLimits(before: Limits, typed: Limits): Change | undefined {
  if (!LIMITS.every((limit) => isTaken(limit, typed[limit]))) return undefined;
  const changed = LIMITS.filter((limit) => typed[limit].trim() !== before[limit]);
  const text = (limit: Limit) => (changed.includes(limit) ? typed[limit].trim() : undefined);
  const number = (limit: Limit) => (changed.includes(limit) ? Number(typed[limit]) : undefined);
  const quota = { cpu: text("cpu"), memory: text("memory"), pods: number("pods") };
  if (changed.length === 0) return undefined;
  return { verb: "limits", maxNodeNum: number("nodes"), quota: changed.some((limit) => limit !== "nodes") ? quota : undefined };
}

export function askedReason(typed: string): Change | undefined {
  const reason = typed.trim();
  return reason === "" || reason.length > LONGEST_REASON ? undefined : { verb: "suspend", reason };
}

/** How long an account shall live: so many days from now on, or until a time of the reader's own clock. */
export type Span = { by: "days"; typed: string } | { by: "until"; typed: string };

export function askedRenewal(user: User, span: Span, now: number): Change | undefined {
  const last = lastOf(span, now);
  if (last === undefined || last <= now || periodOf(user, last, now) > LONGEST_DAYS) return undefined;
  return span.by === "days" ? { verb: "renew", days: Number(span.typed) } : { verb: "renew", until: new Date(last).toISOString() };
}

/** When the account then ends: at the time of day at which it began. Only days, for one that has not begun. */
export function endOf(user: User, span: Span, now: number): { at: number } | { days: number } | undefined {
  const last = lastOf(span, now);
  if (last === undefined) return undefined;
  const days = periodOf(user, last, now);
  const begun = Date.parse(user.effectiveTime);
  return Number.isNaN(begun) ? { days } : { at: begun + days * DAY_MS };
}

function lastOf({ by, typed }: Span, now: number): number | undefined {
  if (by === "days") return /^[1-9]\d{0,3}$/.test(typed.trim()) ? now + Number(typed) * DAY_MS : undefined;
  const at = new Date(typed).getTime();
  return Number.isNaN(at) ? undefined : at;
}

/** Days from its beginning on, as the console counts them. */
function periodOf(user: User, last: number, now: number): number {
  const begun = Date.parse(user.effectiveTime);
  return Math.max(1, Math.ceil((last - (Number.isNaN(begun) ? now : begun)) / DAY_MS));
}
