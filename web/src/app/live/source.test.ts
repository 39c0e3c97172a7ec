import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { openSource } from "./source";
import { CONNECTING, after } from "./state";
import type { Signal } from "./state";

const EVENTS = [
  "retry: 2000\n\n",
  'event: stale\ndata: {"kind":"pods","since":"2024-03-01T08:00:00Z"}\n\n:\n\nevent: cha',
  'nged\ndata: {"kind":"nodes"}\n\nevent: live\ndata: {"kind":"pods"}\n\nevent: changed\ndata: not JSON\n\nevent: other\ndata: {}\n\n',
];

function streamOf(pieces: readonly string[], ends: boolean): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(encoder.encode(piece));
      if (ends) controller.close();
    },
  });
  return new Response(body, { headers: { "Content-Type": "text/event-stream" } });
}

describe("the stream of changes", () => {
  const signals: Signal[] = [];
  const types = () => signals.map(({ type }) => type);
  beforeEach(() => {
    vi.useFakeTimers();
    signals.length = 0;
  });
  afterEach(() => void vi.useRealTimers());

  it("becomes signals, whatever the pieces it comes in", async () => {
    vi.stubGlobal("fetch", () => Promise.resolve(streamOf(EVENTS, false)));
    const { close } = openSource((signal) => signals.push(signal), () => Promise.resolve(true));
    await vi.advanceTimersByTimeAsync(0);
    expect(signals).toEqual([
      { type: "open" },
      { type: "stale", kind: "pods", since: "2024-03-01T08:00:00Z" },
      { type: "changed", kind: "nodes" },
      { type: "live", kind: "pods" },
    ]);
    close();
  });

  it("is opened again without asking when it ends, and is live again", async () => {
    const mayRetry = vi.fn(() => Promise.resolve(true));
    let opened = 0;
    vi.stubGlobal("fetch", () => Promise.resolve(streamOf([], (opened += 1) === 1)));
    const { close } = openSource((signal) => signals.push(signal), mayRetry);
    await vi.advanceTimersByTimeAsync(0);
    expect(signals.reduce(after, CONNECTING).phase).toBe("reconnecting");
    await vi.advanceTimersByTimeAsync(2000);
    expect(types()).toEqual(["open", "lost", "open"]);
    expect(signals.reduce(after, CONNECTING).phase).toBe("live");
    expect(mayRetry).not.toHaveBeenCalled();
    close();
  });

  it("is not opened again when the session is over", async () => {
    const requests = vi.fn(() => Promise.resolve(new Response("{}", { status: 401 })));
    vi.stubGlobal("fetch", requests);
    openSource((signal) => signals.push(signal), () => Promise.resolve(false));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(types()).toEqual(["lost"]);
    expect(requests).toHaveBeenCalledTimes(1);
  });
});
