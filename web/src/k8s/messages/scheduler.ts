/** Parses the scheduler's messages about unschedulable pods (pure); the wording differs by release. */

export type Obstacle =
  | "noNodes"
  | "cpu"
  | "memory"
  | "storage"
  | "pods"
  | "resource"
  | "selector"
  | "offline"
  | "taint"
  | "cordoned"
  | "ports"
  | "affinity"
  | "spread"
  | "volume";

export interface Reason {
  obstacle: Obstacle;
  /** The number of nodes it excludes; 0 when unknown. */
  count: number;
  /** The resource or taint, "" for obstacles without one. */
  what: string;
}

const UNREACHABLE = /node\.kubernetes\.io\/(unreachable|not-ready)/;

const PATTERNS: readonly [RegExp, (found: RegExpMatchArray) => [Obstacle, string]][] = [
  [/^Insufficient cpu/, () => ["cpu", ""]],
  [/^Insufficient memory/, () => ["memory", ""]],
  [/^Insufficient ephemeral-storage/, () => ["storage", ""]],
  [/^(Insufficient pods|Too many pods)/, () => ["pods", ""]],
  [/^Insufficient (\S+)/, (found) => ["resource", found[1] ?? ""]],
  [
    /taints?:? ?\{?([^}]*)\}?/,
    (found) => (UNREACHABLE.test(found[1] ?? "") ? ["offline", ""] : ["taint", (found[1] ?? "").replace(/:\s*$/, "")]),
  ],
  [/unschedulable/, () => ["cordoned", ""]],
  [/pod (anti-)?affinity/i, () => ["affinity", ""]],
  [/node (affinity|selector)/i, () => ["selector", ""]],
  [/free ports/, () => ["ports", ""]],
  [/topology spread/, () => ["spread", ""]],
  [/volume/i, () => ["volume", ""]],
];

/** The obstacles that a message names, [] for messages of another form. */
export function schedulingReasons(message: string): Reason[] {
  if (/^no nodes available/i.test(message) || /^0\/0 nodes/.test(message)) return [{ obstacle: "noNodes", count: 0, what: "" }];
  if (/unbound immediate PersistentVolumeClaims/i.test(message)) return [{ obstacle: "volume", count: 0, what: "" }];
  const summary = /^\d+\/\d+ nodes are available: (.*)$/s.exec(message)?.[1];
  if (summary === undefined) return [];
  // Newer schedulers append a part about preemption. A comma inside a taint's braces does not separate parts.
  const parts = (summary.split(/\. preemption:/i)[0] ?? "").split(/, (?=\d+ )/);
  return parts.flatMap((part): Reason[] => {
    const counted = /^(\d+) (.*?)\.?$/s.exec(part.trim());
    if (counted === null) return [];
    for (const [pattern, read] of PATTERNS) {
      const found = (counted[2] ?? "").match(pattern);
      if (found === null) continue;
      const [obstacle, what] = read(found);
      return [{ obstacle, count: Number(counted[1]), what }];
    }
    return [];
  });
}
