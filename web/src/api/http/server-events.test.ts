import { describe, expect, it } from "vitest";

import { ServerEventParser } from "./server-events";

const STREAM = 'retry: 2000\n\nevent: changed\ndata: {"kind":"pods"}\n\n:\n\ndata: one\ndata:two\n\n';
const EVENTS = [
  { type: "changed", data: '{"kind":"pods"}' },
  { type: "message", data: "one\ntwo" },
];

describe("the parser of server-sent events", () => {
  it.each([1, 2, 3, 7, STREAM.length])("gives the same events for pieces of %i characters", (size) => {
    const parser = new ServerEventParser();
    const pieces = Array.from({ length: Math.ceil(STREAM.length / size) }, (_, at) => STREAM.slice(at * size, (at + 1) * size));
    expect(pieces.flatMap((piece) => parser.feed(piece))).toEqual(EVENTS);
  });

  it("reads CRLF, also when it is cut", () => {
    const parser = new ServerEventParser();
    expect([...parser.feed("data: a\r"), ...parser.feed("\n\r"), ...parser.feed("\n")]).toEqual([{ type: "message", data: "a" }]);
  });

  it("waits for the end of an event", () => {
    expect(new ServerEventParser().feed("event: live\ndata: {}\n")).toEqual([]);
  });
});
