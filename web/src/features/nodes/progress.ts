/** The progress of machines that join while the dialog is open (pure). */
import type { Join } from "../../api/joins";

export type Progress = "asking" | "denied" | "approved" | "reporting" | "ready";

export interface Machine {
  name: string;
  progress: Progress;
  /** The API's message, "" for none. */
  why: string;
  time: string;
}

export interface NodeSummary {
  uid: string;
  name: string;
  status: string;
  reason?: string | undefined;
  createTime: string;
}

/** What existed when the dialog opened: nodes by uid, denied requests by name and time. */
export type Baseline = ReadonlySet<string>;

export function baseline(nodes: readonly NodeSummary[], joins: readonly Join[]): Baseline {
  return new Set([...nodes.map(({ uid }) => uid), ...joins.filter(({ state }) => state === "denied").map(keyOf)]);
}

function keyOf({ name, time }: Join): string {
  return `${name} ${time}`;
}

/** Machines that asked or joined after `known`, newest first. A node takes precedence over its request. */
export function machines(nodes: readonly NodeSummary[], joins: readonly Join[], known: Baseline): Machine[] {
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
