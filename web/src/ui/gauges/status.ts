/** The tone of each status word of the API. The word itself is always shown too. */

/** Severity as colour and shape; the same five everywhere. */
export type Tone = "good" | "warn" | "bad" | "busy" | "off";

const TONES: Record<Tone, readonly string[]> = {
  good: ["Ready", "Running", "Complete", "Completed", "Succeeded", "Scheduled", "Normal", "Active", "Bound", "ready"],
  warn: ["Degraded", "Autonomous", "SchedulingDisabled", "Warning", "Unknown", "NodeLost", "Evicted", "expired", "grace", "warned"],
  bad: ["NotReady", "Offline", "Failed", "Error", "OOMKilled", "DeadlineExceeded", "StartError", "suspended", "failed"],
  busy: ["Updating", "Pending", "ContainerCreating", "PodInitializing", "Terminating", "NotFound", "preparing", "leaving", "waiting"],
  off: ["Empty", "Suspended", "ClusterIP", "NodePort", "LoadBalancer", "ExternalName", "Headless"],
};

const TONE_OF = new Map(Object.entries(TONES).flatMap(([tone, words]) => words.map((word) => [word, tone as Tone])));

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
