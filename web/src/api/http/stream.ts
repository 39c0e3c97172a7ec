/** The stream client: reads a response while it arrives, and reconnects until it is aborted. */
import { openBody } from "./client";
import type { PathsWith } from "./client";
import { ApiError, unreachable } from "./errors";

export interface StreamHandlers {
  /** The response's head has arrived. */
  onOpen: () => void;
  /** Decoded text, in pieces of any size. */
  onText: (text: string) => void;
}

/**
 * Reads one streamed response to its end. Rejects with an `ApiError` when the server refuses it or the connection breaks,
 * and with an `AbortError` when `signal` aborts.
 */
export async function readStream(path: PathsWith<"get">, accept: string, handlers: StreamHandlers, signal: AbortSignal): Promise<void> {
  const body = await openBody(path, accept, signal);
  signal.throwIfAborted();
  handlers.onOpen();
  const decoder = new TextDecoder();
  const reader = body.getReader();
  signal.addEventListener("abort", () => void reader.cancel().catch(() => undefined), { once: true });
  for (;;) {
    const { done, value } = await reader.read().catch((error: unknown) => {
      throw signal.aborted ? error : unreachable();
    });
    handlers.onText(decoder.decode(value, { stream: !done }));
    if (done) return;
  }
}

/** Milliseconds before a broken stream is opened again. */
const BROKEN_MS = 2000;
/** Milliseconds before a refused stream is opened again; they double with each refusal. */
const REFUSED_MS = 1000;
const MOST_MS = 30_000;

export interface FollowHandlers extends StreamHandlers {
  /** The stream has ended, with `error` unless the server ended it. Returns whether to open it again. */
  onEnd: (error: ApiError | undefined) => boolean | Promise<boolean>;
}

/** Follows a stream: opens it again after it ends. Returns a function that stops it. */
export function followStream(path: PathsWith<"get">, accept: string, handlers: FollowHandlers): () => void {
  const controller = new AbortController();
  const { signal } = controller;
  const stopped = () => signal.aborted;
  let refusals = 0;

  const readOnce = async (): Promise<ApiError | undefined> => {
    const onOpen = () => {
      refusals = 0;
      handlers.onOpen();
    };
    try {
      await readStream(path, accept, { onOpen, onText: handlers.onText }, signal);
      return undefined;
    } catch (error) {
      if (error instanceof ApiError) return error;
      if (signal.aborted) return undefined;
      throw error;
    }
  };
  const follow = async () => {
    while (!stopped()) {
      const error = await readOnce();
      if (stopped() || !(await handlers.onEnd(error)) || stopped()) return;
      const refused = error !== undefined && error.code > 0;
      const wait = refused ? Math.min(REFUSED_MS * 2 ** refusals, MOST_MS) : BROKEN_MS;
      if (refused) refusals += 1;
      await delay(wait * (0.5 + Math.random() / 2), signal);
    }
  };
  void follow();
  return () => controller.abort();
}

function delay(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done);
  });
}
