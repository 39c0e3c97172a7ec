/** Formatting of times: relative, exact, and durations. */
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/** The unit from each number of seconds on. Days go far: "412d" is more precise than "1y". */
const UNITS: readonly [number, Intl.RelativeTimeFormatUnit][] = [
  [2 * YEAR, "year"],
  [2 * DAY, "day"],
  [2 * HOUR, "hour"],
  [2 * MINUTE, "minute"],
  [0, "second"],
];
const LENGTHS: Partial<Record<Intl.RelativeTimeFormatUnit, number>> = {
  year: YEAR,
  day: DAY,
  hour: HOUR,
  minute: MINUTE,
  second: 1,
};

const relative = new Map<string, Intl.RelativeTimeFormat>();
const exact = new Map<string, Intl.DateTimeFormat>();
const zones = new Map<string, Intl.DateTimeFormat>();

function cached<F>(formats: Map<string, F>, language: string, make: () => F): F {
  let format = formats.get(language);
  if (format === undefined) formats.set(language, (format = make()));
  return format;
}

/** Puts a space between numbers and Chinese characters. */
export function spaced(text: string): string {
  return text.replace(/(?<=\d)(?=\p{Script=Han})|(?<=\p{Script=Han})(?=\d)/gu, " ");
}

/** "5m ago", "5 分钟前", "in 3d": `time` (RFC 3339) relative to `now` (milliseconds); "" for no time. */
export function relativeTime(time: string, now: number, language: string): string {
  const then = Date.parse(time);
  if (Number.isNaN(then)) return "";
  const seconds = Math.trunc((then - now) / 1000);
  const size = Math.abs(seconds);
  const unit = UNITS.find(([from]) => size >= from)?.[1] ?? "second";
  const format = cached(
    relative,
    language,
    () => new Intl.RelativeTimeFormat(language, { numeric: "always", style: "narrow" }),
  );
  // -0 formats as "0s ago"; 0 would be "in 0s".
  const count = Math.trunc(seconds / (LENGTHS[unit] ?? 1));
  return spaced(format.format(count === 0 ? -0 : count, unit));
}

/** The zone's short name, "GMT+8". By default, browsers put it before the time in Chinese. */
function zoneOf(time: number, language: string): string {
  const format = cached(zones, language, () => new Intl.DateTimeFormat(language, { timeZoneName: "short" }));
  return format.formatToParts(time).find(({ type }) => type === "timeZoneName")?.value ?? "";
}

/** The date and time to the second, in the reader's zone and with its name; "" for no time. */
export function exactTime(time: string | number, language: string): string {
  const then = typeof time === "number" ? time : Date.parse(time);
  if (Number.isNaN(then)) return "";
  const format = cached(
    exact,
    language,
    () => new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "medium" }),
  );
  return `${format.format(then)} ${zoneOf(then, language)}`;
}

/** The time of day alone, for "as of 14:03:22". */
export function timeOfDay(time: number, language: string): string {
  return new Intl.DateTimeFormat(language, { timeStyle: "medium" }).format(time);
}

/** A duration in its two largest units: "3m 12s"; "" unless both times are known. */
export function durationText(from: string, to: string, language: string): string {
  const seconds = Math.round((Date.parse(to) - Date.parse(from)) / 1000);
  if (!Number.isFinite(seconds) || seconds < 0) return "";
  const parts = [
    { unit: "day", count: Math.floor(seconds / DAY) },
    { unit: "hour", count: Math.floor((seconds % DAY) / HOUR) },
    { unit: "minute", count: Math.floor((seconds % HOUR) / MINUTE) },
    { unit: "second", count: seconds % MINUTE },
  ];
  const first = parts.findIndex(({ count }) => count > 0);
  const largest = first === -1 ? parts.slice(-1) : parts.slice(first, first + 2).filter(({ count }) => count > 0);
  return largest
    .map(({ unit, count }) => spaced(new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "narrow" }).format(count)))
    .join(" ");
}
