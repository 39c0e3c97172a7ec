/** How far machines have come that join while somebody looks (pure). */
import type { Join } from "../../api/joins";

export type Progress = "asking" | "denied" | "approved" | "reporting" | "ready";

export interface Machine {
  name: string;
  progress: Progress;
  /** In the console's own words, "" where the progress says it all. */
  why: string;
  time: string;
}

export interface Seen {
  uid: string;
  name: string;
  status: string;
  reason?: string | undefined;
  createTime: string;
}

/** What was there when the dialog opened: nodes by uid, and refusals by name and time. */
export type Before = ReadonlySet<string>;

export function before(nodes: readonly Seen[], joins: readonly Join[]): Before {
  return new Set([...nodes.map(({ uid }) => uid), ...joins.filter(({ state }) => state === "denied").map(keyOf)]);
}

function keyOf({ name, time }: Join): string {
  return `${name} ${time}`;
}

/** Machines that ask or have come since `known`, the newest first. A node that is there outweighs its request. */
export function machines(nodes: readonly Seen[], joins: readonly Join[], known: Before): Machine[] {
  const asking = new Map(joins.filter((join) => !known.has(keyOf(join))).map((join) => [join.name, join]));
  const come = nodes.filter(({ uid, name }) => !known.has(uid) || asking.has(name));
  const arrived = come.map((node): Machine => {
    const join = asking.get(node.name);
    const ready = node.status.split(",")[0] === "Ready";
    if (!ready && join?.state === "denied") return { name: node.name, progress: "denied", why: join.message, time: join.time };
    const progress = ready ? "ready" : join?.state === "approved" ? "approved" : "reporting";
    return { name: node.name, progress, why: progress === "reporting" ? (node.reason ?? "") : "", time: node.createTime };
  });
  const there = new Set(come.map(({ name }) => name));
  const onTheirWay = [...asking.values()]
    .filter(({ name }) => !there.has(name))
    .map(({ name, state, message, time }): Machine => {
      const progress = state === "denied" ? "denied" : state === "approved" ? "approved" : "asking";
      return { name, progress, why: state === "denied" ? message : "", time };
    });
  return [...onTheirWay, ...arrived].sort((one, other) => (one.time < other.time ? 1 : one.time > other.time ? -1 : 0));
}
