/** An `EventSource` on `/changes` that reopens until it is closed. */
import type { ChangeKind } from "../../core/kinds/kinds";
import type { Signal } from "./state";

const FIRST_MS = 1000;
const MOST_MS = 30_000;

export interface Source {
  close: () => void;
}

/**
 * Opens the stream and emits its signals. The browser reopens a broken connection itself; after an HTTP error
 * (the session ended, the console restarts) it does not: then `mayRetry` decides whether to open it again.
 */
export function openSource(address: string, emit: (signal: Signal) => void, mayRetry: () => Promise<boolean>): Source {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let closed = false;

  const open = () => {
    source = new EventSource(address);
    source.onopen = () => {
      failures = 0;
      emit({ type: "open" });
    };
    source.onerror = () => {
      if (closed) return;
      emit({ type: "lost", at: Date.now() });
      if (source?.readyState === EventSource.CLOSED) void reopen();
    };
    for (const type of ["changed", "stale", "live"] as const)
      source.addEventListener(type, (event: MessageEvent<string>) => {
        const signal = read(type, event.data);
        if (signal !== undefined) emit(signal);
      });
  };

  const reopen = async () => {
    const wait = Math.min(FIRST_MS * 2 ** failures, MOST_MS) * (0.5 + Math.random() / 2);
    failures += 1;
    if (!(await mayRetry()) || closed) return;
    timer = setTimeout(open, wait);
  };

  open();
  return {
    close: () => {
      closed = true;
      clearTimeout(timer);
      source?.close();
    },
  };
}

function read(type: "changed" | "stale" | "live", data: string): Signal | undefined {
  try {
    const { kind, since } = JSON.parse(data) as { kind: string; since?: string };
    if (type === "changed") return { type, kind: kind as ChangeKind };
    return type === "stale" ? { type, kind, since: since ?? "" } : { type, kind };
  } catch {
    return undefined;
  }
}
