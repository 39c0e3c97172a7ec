/** The tone of each status word of the API. The word itself is always shown too. */
import { PHASE } from "../../core/account-phases";
import type { AccountPhase } from "../../core/account-phases";

/** Severity as colour and shape; the same five everywhere. */
export type Tone = "good" | "warn" | "bad" | "busy" | "off";

const TONES: Record<Tone, readonly string[]> = {
  good: ["Ready", "Running", "Complete", "Completed", "Succeeded", "Scheduled", "Normal", "Active", "Bound"],
  warn: ["Degraded", "Autonomous", "SchedulingDisabled", "Warning", "Unknown", "NodeLost", "Evicted"],
  bad: ["NotReady", "Offline", "Failed", "Error", "OOMKilled", "DeadlineExceeded", "StartError"],
  busy: ["Updating", "Pending", "ContainerCreating", "PodInitializing", "Terminating", "NotFound"],
  off: ["Empty", "Suspended", "ClusterIP", "NodePort", "LoadBalancer", "ExternalName", "Headless"],
};

const ACCOUNT_TONES: Record<AccountPhase, Tone> = {
  [PHASE.pendingApproval]: "busy",
  [PHASE.preparing]: "busy",
  [PHASE.failed]: "bad",
  [PHASE.ready]: "good",
  [PHASE.expiring]: "warn",
  [PHASE.expired]: "warn",
  [PHASE.grace]: "warn",
  [PHASE.suspended]: "bad",
  [PHASE.terminating]: "busy",
};

const TONE_OF = new Map<string, Tone>([
  ...Object.entries(TONES).flatMap(([tone, words]) => words.map((word) => [word, tone as Tone] as const)),
  ...Object.entries(ACCOUNT_TONES),
]);

/** The tone of a status word, including those that kubelets compose: `Init:0/2`, `ExitCode:137`, `RunContainerError`. */
export function toneOf(word: string): Tone {
  const known = TONE_OF.get(word);
  if (known !== undefined) return known;
  if (/^Init:\d+\/\d+$/.test(word)) return "busy";
  if (/^Err|(Error|BackOff|Failed|Invalid\w*|ExitCode:\d+|Signal:\d+|CannotRun|OOMKilled)$/.test(word)) return "bad";
  return "off";
}

/** The words of a status; a node may have two, `Ready,SchedulingDisabled`. */
export function wordsOf(status: string): string[] {
  return status.split(",").filter((word) => word !== "");
}
