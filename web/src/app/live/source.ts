/** One `EventSource` on the console's `/changes`, opened again for as long as somebody wants it. */
import type { Kind } from "../../api/query-client";
import type { Signal } from "./state";

const FIRST_MS = 1000;
const MOST_MS = 30_000;

export interface Source {
  close: () => void;
}

/**
 * Opens the stream and tells what it says. The browser itself opens a broken one again; one that was refused
 * (the session is over, the console restarts) is up to us: `refused` is asked each time whether to go on.
 */
export function openSource(address: string, tell: (signal: Signal) => void, refused: () => Promise<boolean>): Source {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let closed = false;

  const open = () => {
    source = new EventSource(address);
    source.onopen = () => {
      failures = 0;
      tell({ type: "open" });
    };
    source.onerror = () => {
      if (closed) return;
      tell({ type: "lost", at: Date.now() });
      if (source?.readyState === EventSource.CLOSED) void again();
    };
    for (const type of ["changed", "stale", "live"] as const)
      source.addEventListener(type, (event: MessageEvent<string>) => {
        const signal = read(type, event.data);
        if (signal !== undefined) tell(signal);
      });
  };

  const again = async () => {
    const wait = Math.min(FIRST_MS * 2 ** failures, MOST_MS) * (0.5 + Math.random() / 2);
    failures += 1;
    if (!(await refused()) || closed) return;
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
    if (type === "changed") return { type, kind: kind as Kind };
    return type === "stale" ? { type, kind, since: since ?? "" } : { type, kind };
  } catch {
    return undefined;
  }
}
