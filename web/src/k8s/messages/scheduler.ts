/** Why a pod has no node, read from what the scheduler says (pure); its wording differs from release to release. */

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
  /** How many nodes this keeps out; 0 when the scheduler does not say. */
  count: number;
  /** The resource or taint that is meant, "" when the obstacle says it all. */
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

/** The obstacles that a message names, [] when it is not the scheduler's or says something new. */
export function schedulingReasons(message: string): Reason[] {
  if (/^no nodes available/i.test(message) || /^0\/0 nodes/.test(message)) return [{ obstacle: "noNodes", count: 0, what: "" }];
  if (/unbound immediate PersistentVolumeClaims/i.test(message)) return [{ obstacle: "volume", count: 0, what: "" }];
  const told = /^\d+\/\d+ nodes are available: (.*)$/s.exec(message)?.[1];
  if (told === undefined) return [];
  // Newer schedulers add what preemption could do; a taint in braces and what follows it are one part.
  const parts = (told.split(/\. preemption:/i)[0] ?? "").split(/, (?=\d+ )/);
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
