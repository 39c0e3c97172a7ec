/**
 * One stream for all tabs of a browser: the tab that holds a Web Lock has it and tells the others by a
 * BroadcastChannel; when it goes, the next in line gets the lock. Browsers keep six connections to a console on
 * HTTP/1.1, so a stream a tab would soon block everything.
 */
import type { Source } from "./source";
import { after, CONNECTING } from "./state";
import type { LiveState, Signal } from "./state";

/** Milliseconds a leader has to answer before a visible tab takes over from it: phones freeze tabs. */
const ANSWER_MS = 3000;

type Message = Signal | { type: "hello" };

/** Joins the tabs that share a stream called `name`; `tell` hears what it says. Returns what leaves. */
export function share(
  name: string,
  open: (tell: (signal: Signal) => void) => Source,
  tell: (signal: Signal) => void,
): () => void {
  // Plain HTTP has no locks: there, each tab has its own stream while somebody looks at it.
  return "locks" in navigator ? shared(name, open, tell) : alone(open, tell);
}

function shared(name: string, open: (tell: (signal: Signal) => void) => Source, tell: (signal: Signal) => void) {
  const channel = new BroadcastChannel(name);
  const leaving = new AbortController();
  let state: LiveState = CONNECTING;
  let leading = false;
  let waiting: ReturnType<typeof setTimeout> | undefined;

  const lead = () =>
    new Promise<void>((resolve) => {
      // The lock may have been on its way here when we left.
      if (leaving.signal.aborted) {
        resolve();
        return;
      }
      leading = true;
      clearTimeout(waiting);
      const source = open((signal) => {
        state = after(state, signal);
        channel.postMessage(signal satisfies Message);
        tell(signal);
      });
      leaving.signal.addEventListener("abort", () => {
        source.close();
        resolve();
      });
      stopLeading = () => {
        leading = false;
        source.close();
      };
    });
  let stopLeading = () => {};

  const queue = (steal: boolean) => {
    // A request that steals cannot be called off.
    const options = steal ? { steal } : { signal: leaving.signal };
    navigator.locks.request(name, options, lead).catch(() => {
      // Left, or another tab took over because we were frozen: then wait in line again.
      stopLeading();
      if (!leaving.signal.aborted) queue(false);
    });
  };

  const ask = () => {
    if (leading || document.visibilityState !== "visible") return;
    channel.postMessage({ type: "hello" } satisfies Message);
    clearTimeout(waiting);
    waiting = setTimeout(() => queue(true), ANSWER_MS);
  };

  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data.type === "hello") {
      if (leading) channel.postMessage({ type: "sync", state } satisfies Message);
      return;
    }
    clearTimeout(waiting);
    state = after(state, data);
    tell(data);
  };
  document.addEventListener("visibilitychange", ask);
  queue(false);
  ask();
  return () => {
    leaving.abort();
    clearTimeout(waiting);
    document.removeEventListener("visibilitychange", ask);
    channel.close();
  };
}

function alone(open: (tell: (signal: Signal) => void) => Source, tell: (signal: Signal) => void) {
  let source: Source | undefined;
  const look = () => {
    if (document.visibilityState === "visible") source ??= open(tell);
    else {
      source?.close();
      source = undefined;
    }
  };
  document.addEventListener("visibilitychange", look);
  look();
  return () => {
    document.removeEventListener("visibilitychange", look);
    source?.close();
  };
}
