/** Validation of the account dialogs' inputs, and the request that they make (pure). */
import type { Change } from "../../../api/administration";
import type { User } from "../../../api/users";

const DAY_MS = 24 * 3600 * 1000;
const LONGEST_DAYS = 3650;
export const LONGEST_REASON = 256;

const whole = (most: number) => (text: string) => /^\d{1,5}$/.test(text) && Number(text) <= most;

/** The valid texts of each limit; an empty CPU or memory is no limit. */
const VALID = {
  nodes: whole(1000),
  cpu: (text: string) => /^(|\d{1,6}(\.\d{1,3})?|\d{1,9}m)$/.test(text),
  memory: (text: string) => /^(|\d{1,12}(\.\d{1,3})?(k|M|G|T|Ki|Mi|Gi|Ti)?)$/.test(text),
  pods: whole(10_000),
};
export type Limit = keyof typeof VALID;
export type Limits = Record<Limit, string>;
export const LIMITS: readonly Limit[] = ["nodes", "cpu", "memory", "pods"];

export function limitsOf({ maxNodeNum, quota }: User): Limits {
  return { nodes: String(maxNodeNum), cpu: quota.cpu, memory: quota.memory, pods: String(quota.pods) };
}

export function isValid(limit: Limit, input: string): boolean {
  return VALID[limit](input.trim());
}

/** The request with the changed limits; undefined when none changed or one is invalid. */
export function limitsChange(before: Limits, input: Limits): Change | undefined {
  if (!LIMITS.every((limit) => isValid(limit, input[limit]))) return undefined;
  const changed = LIMITS.filter((limit) => input[limit].trim() !== before[limit]);
  const text = (limit: Limit) => (changed.includes(limit) ? input[limit].trim() : undefined);
  const number = (limit: Limit) => (changed.includes(limit) ? Number(input[limit]) : undefined);
  const quota = { cpu: text("cpu"), memory: text("memory"), pods: number("pods") };
  if (changed.length === 0) return undefined;
  return { verb: "limits", maxNodeNum: number("nodes"), quota: changed.some((limit) => limit !== "nodes") ? quota : undefined };
}

export function suspension(input: string): Change | undefined {
  const reason = input.trim();
  return reason === "" || reason.length > LONGEST_REASON ? undefined : { verb: "suspend", reason };
}

/** The validity to set: a number of days from now, or a local time. */
export type Span = { by: "days"; input: string } | { by: "until"; input: string };

export function renewal(user: User, span: Span, now: number): Change | undefined {
  const last = lastOf(span, now);
  if (last === undefined || last <= now || periodOf(user, last, now) > LONGEST_DAYS) return undefined;
  return span.by === "days" ? { verb: "renew", days: Number(span.input) } : { verb: "renew", until: new Date(last).toISOString() };
}

/** The resulting end, at the time of day at which the account began; days alone for an account not started. */
export function endOf(user: User, span: Span, now: number): { at: number } | { days: number } | undefined {
  const last = lastOf(span, now);
  if (last === undefined) return undefined;
  const days = periodOf(user, last, now);
  const begun = Date.parse(user.effectiveTime);
  return Number.isNaN(begun) ? { days } : { at: begun + days * DAY_MS };
}

function lastOf({ by, input }: Span, now: number): number | undefined {
  if (by === "days") return /^[1-9]\d{0,3}$/.test(input.trim()) ? now + Number(input) * DAY_MS : undefined;
  const at = new Date(input).getTime();
  return Number.isNaN(at) ? undefined : at;
}

/** Days since the account's start, rounded up as the server does. */
function periodOf(user: User, last: number, now: number): number {
  const begun = Date.parse(user.effectiveTime);
  return Math.max(1, Math.ceil((last - (Number.isNaN(begun) ? now : begun)) / DAY_MS));
}
