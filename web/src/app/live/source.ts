/** The stream of changes, `/changes`, as signals. */
import type { ApiError } from "../../api/http/errors";
import { ServerEventParser } from "../../api/http/server-events";
import type { ServerEvent } from "../../api/http/server-events";
import { followStream } from "../../api/http/stream";
import type { ChangeKind } from "../../core/kinds/kinds";
import type { Signal } from "./state";

export interface Source {
  close: () => void;
}

/**
 * Opens the stream and emits its signals until it is closed. A broken stream is opened again; after an HTTP error (the
 * session ended, the console restarts) `mayRetry` decides.
 */
export function openSource(emit: (signal: Signal) => void, mayRetry: () => Promise<boolean>): Source {
  let parser = new ServerEventParser();
  const close = followStream("/changes", "text/event-stream", {
    onOpen: () => {
      parser = new ServerEventParser();
      emit({ type: "open" });
    },
    onText: (text) => {
      for (const event of parser.feed(text)) {
        const signal = signalOf(event);
        if (signal !== undefined) emit(signal);
      }
    },
    onEnd: (error: ApiError | undefined) => {
      emit({ type: "lost", at: Date.now() });
      return error === undefined || error.code === 0 || mayRetry();
    },
  });
  return { close };
}

function signalOf({ type, data }: ServerEvent): Signal | undefined {
  if (type !== "changed" && type !== "stale" && type !== "live") return undefined;
  try {
    const { kind, since } = JSON.parse(data) as { kind: string; since?: string };
    if (type === "changed") return { type, kind: kind as ChangeKind };
    return type === "stale" ? { type, kind, since: since ?? "" } : { type, kind };
  } catch {
    return undefined;
  }
}
