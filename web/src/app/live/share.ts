/**
 * One stream for all tabs of a browser: the tab that holds a Web Lock opens it and informs the others by a
 * BroadcastChannel; when it closes, the next tab gets the lock. Browsers allow six connections to a host on
 * HTTP/1.1, so one stream per tab would soon block everything.
 */
import type { Source } from "./source";
import { after, CONNECTING } from "./state";
import type { LiveState, Signal } from "./state";

/** Milliseconds a leader has to reply before a visible tab takes over: phones freeze tabs. */
const ANSWER_MS = 3000;

type Message = Signal | { type: "hello" };

/** Joins the tabs that share the stream `name`; `emit` receives its signals. Returns an unsubscribe function. */
export function share(
  name: string,
  open: (emit: (signal: Signal) => void) => Source,
  emit: (signal: Signal) => void,
): () => void {
  // Plain HTTP has no locks: there, each visible tab has its own stream.
  return "locks" in navigator ? shared(name, open, emit) : unshared(open, emit);
}

function shared(name: string, open: (emit: (signal: Signal) => void) => Source, emit: (signal: Signal) => void) {
  const channel = new BroadcastChannel(name);
  const left = new AbortController();
  let state: LiveState = CONNECTING;
  let leading = false;
  let takeover: ReturnType<typeof setTimeout> | undefined;

  const lead = () =>
    new Promise<void>((resolve) => {
      // The lock may be granted after we have left.
      if (left.signal.aborted) {
        resolve();
        return;
      }
      leading = true;
      clearTimeout(takeover);
      const source = open((signal) => {
        state = after(state, signal);
        channel.postMessage(signal satisfies Message);
        emit(signal);
      });
      left.signal.addEventListener("abort", () => {
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
    // A request with `steal` cannot have a signal.
    const options = steal ? { steal } : { signal: left.signal };
    navigator.locks.request(name, options, lead).catch(() => {
      // Left, or another tab took over because we were frozen: then queue again.
      stopLeading();
      if (!left.signal.aborted) queue(false);
    });
  };

  const sayHello = () => {
    if (leading || document.visibilityState !== "visible") return;
    channel.postMessage({ type: "hello" } satisfies Message);
    clearTimeout(takeover);
    takeover = setTimeout(() => queue(true), ANSWER_MS);
  };

  channel.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data.type === "hello") {
      if (leading) channel.postMessage({ type: "sync", state } satisfies Message);
      return;
    }
    clearTimeout(takeover);
    state = after(state, data);
    emit(data);
  };
  document.addEventListener("visibilitychange", sayHello);
  queue(false);
  sayHello();
  return () => {
    left.abort();
    clearTimeout(takeover);
    document.removeEventListener("visibilitychange", sayHello);
    channel.close();
  };
}

function unshared(open: (emit: (signal: Signal) => void) => Source, emit: (signal: Signal) => void) {
  let source: Source | undefined;
  const onVisibilityChange = () => {
    if (document.visibilityState === "visible") source ??= open(emit);
    else {
      source?.close();
      source = undefined;
    }
  };
  document.addEventListener("visibilitychange", onVisibilityChange);
  onVisibilityChange();
  return () => {
    document.removeEventListener("visibilitychange", onVisibilityChange);
    source?.close();
  };
}
