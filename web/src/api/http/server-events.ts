/** An incremental parser of `text/event-stream` (pure). */
export interface ServerEvent {
  /** The event's type, "message" by default. */
  type: string;
  data: string;
}

export class ServerEventParser {
  private rest = "";
  private type = "";
  private data: string[] = [];

  /** The events that `text` completes; the remainder waits for the next call. */
  feed(text: string): ServerEvent[] {
    const lines = (this.rest + text).split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop() ?? "";
    return lines.flatMap((line) => this.line(line));
  }

  private line(line: string): ServerEvent[] {
    if (line === "") return this.dispatch();
    const [, field = "", value = ""] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (field === "event") this.type = value;
    if (field === "data") this.data.push(value);
    return [];
  }

  private dispatch(): ServerEvent[] {
    const { type, data } = this;
    this.type = "";
    this.data = [];
    // An event without data is none, such as a keep-alive comment.
    return data.length === 0 ? [] : [{ type: type || "message", data: data.join("\n") }];
  }
}
