import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { ApiError } from "./errors";
import { followStream } from "./stream";

const LONG_MS = 60_000;

/** A streamed response that the test writes to. */
function streamed() {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({ start: (started) => void (controller = started) });
  const encoder = new TextEncoder();
  return {
    response: new Response(body),
    write: (text: string) => controller.enqueue(encoder.encode(text)),
    writeBytes: (...bytes: number[]) => controller.enqueue(new Uint8Array(bytes)),
    end: () => controller.close(),
    breakOff: () => controller.error(new TypeError("network error")),
  };
}

const seen: string[] = [];
let again: boolean;

function follow() {
  return followStream("/changes", "text/event-stream", {
    onOpen: () => seen.push("open"),
    onText: (text) => text && seen.push(text),
    onEnd: (error: ApiError | undefined) => {
      seen.push(`end ${error === undefined ? "" : error.code}`);
      return again;
    },
  });
}
const settle = () => vi.advanceTimersByTimeAsync(0);

describe("following a stream", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    seen.length = 0;
    again = true;
  });
  afterEach(() => void vi.useRealTimers());

  it("passes text on as it arrives, whole characters only", async () => {
    const one = streamed();
    vi.stubGlobal("fetch", () => Promise.resolve(one.response));
    const stop = follow();
    one.write("a");
    one.writeBytes(0xe5, 0x8a);
    one.writeBytes(0xa0);
    await settle();
    expect(seen).toEqual(["open", "a", "加"]);
    stop();
  });

  it("opens a stream again that ended or broke", async () => {
    const [one, two, three] = [streamed(), streamed(), streamed()];
    const responses = [one.response, two.response, three.response];
    vi.stubGlobal("fetch", () => Promise.resolve(responses.shift()));
    const stop = follow();
    one.end();
    await vi.advanceTimersByTimeAsync(LONG_MS);
    two.breakOff();
    await vi.advanceTimersByTimeAsync(LONG_MS);
    expect(seen).toEqual(["open", "end ", "open", "end 0", "open"]);
    stop();
  });

  it("waits longer after each refusal, and stops when it may not go on", async () => {
    const at: number[] = [];
    vi.spyOn(Math, "random").mockReturnValue(1);
    vi.stubGlobal("fetch", () => {
      at.push(Date.now());
      again = at.length < 4;
      return Promise.resolve(new Response("", { status: 503 }));
    });
    follow();
    await vi.advanceTimersByTimeAsync(LONG_MS);
    expect(at.slice(1).map((time, index) => time - (at[index] ?? 0))).toEqual([1000, 2000, 4000]);
    expect(seen).toEqual(["end 503", "end 503", "end 503", "end 503"]);
  });

  it("ends at once when it is stopped: reading, and while it waits", async () => {
    const one = streamed();
    const asked: (AbortSignal | null | undefined)[] = [];
    vi.stubGlobal("fetch", (_: string, { signal }: RequestInit) => {
      asked.push(signal);
      return Promise.resolve(asked.length === 1 ? one.response : new Response("", { status: 503 }));
    });
    follow()();
    await vi.advanceTimersByTimeAsync(LONG_MS);
    const stop = follow();
    await settle();
    stop();
    await vi.advanceTimersByTimeAsync(LONG_MS);
    expect(asked.map((signal) => signal?.aborted)).toEqual([true, true]);
    expect(seen).toEqual(["end 503"]);
  });
});
