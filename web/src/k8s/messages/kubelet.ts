/** Parses kubelets' messages about containers that do not start (pure). */
export type Complaint = { about: "restarting"; container: string; delay: string } | { about: "pulling"; image: string };

/** Undefined for any other message. */
export function complaintOf(message: string): Complaint | undefined {
  const restarting = /^back-off (\S+) restarting failed container=(\S+)/.exec(message);
  if (restarting !== null)
    return { about: "restarting", container: restarting[2] ?? "", delay: (restarting[1] ?? "").replace(/(?<=[mh])0s$/, "") };
  const image = /^Back-off pulling image "([^"]+)"/.exec(message)?.[1];
  return image === undefined ? undefined : { about: "pulling", image };
}
