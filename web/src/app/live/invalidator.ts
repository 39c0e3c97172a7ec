/** Asks again for what is shown when the cluster has changed: soon, not often, and never missing the last change. */
import type { Query, QueryClient } from "@tanstack/react-query";

import type { Kind } from "../../api/query-client";

/** Milliseconds: changes of several kinds that come together ask once. */
const TOGETHER_MS = 150;
/** At most one round of questions in this many milliseconds. */
const ROUND_MS = 1000;

export class Invalidator {
  private readonly kinds = new Set<Kind>();
  private everything = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private lastRound = -Infinity;

  constructor(private readonly client: QueryClient) {}

  /** Something of this kind has changed. */
  changed(kind: Kind): void {
    this.kinds.add(kind);
    this.soon();
  }

  /** Anything may have changed: nobody was listening for a while. */
  all(): void {
    this.everything = true;
    this.soon();
  }

  /** Somebody looks again: what changed meanwhile is asked for now. */
  looked(): void {
    void this.client.refetchQueries({ type: "active", stale: true, predicate: (query) => this.concerns(query) });
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private soon(): void {
    const wait = Math.max(TOGETHER_MS, this.lastRound + ROUND_MS - Date.now());
    this.timer ??= setTimeout(() => this.round(), wait);
  }

  private round(): void {
    this.timer = undefined;
    this.lastRound = Date.now();
    const { everything } = this;
    const kinds = new Set(this.kinds);
    this.everything = false;
    this.kinds.clear();
    for (const query of this.client.getQueryCache().getAll()) {
      const shown = this.concerns(query) ? (query.meta?.kinds ?? []) : [];
      const touched = everything ? shown : shown.filter((kind) => kinds.has(kind));
      if (touched.length === 0) continue;
      if (query.state.fetchStatus === "fetching") {
        // The answer on its way may be from before the change, and stopping it could go on for ever: ask after it.
        for (const kind of touched) this.changed(kind);
        continue;
      }
      const refetchType = document.visibilityState === "visible" ? "active" : "none";
      void this.client.invalidateQueries({ queryKey: query.queryKey, exact: true, refetchType });
    }
  }

  private concerns(query: Query): boolean {
    return (query.meta?.kinds?.length ?? 0) > 0;
  }
}
