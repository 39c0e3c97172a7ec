/** Refetches visible queries after changes of the cluster: debounced, rate-limited, never missing the last change. */
import type { Query, QueryClient } from "@tanstack/react-query";

import type { ChangeKind } from "../../core/kinds/kinds";

/** Milliseconds within which changes of several kinds cause one round. */
const TOGETHER_MS = 150;
/** The least milliseconds between two rounds of refetches. */
const ROUND_MS = 1000;

export class Invalidator {
  private readonly kinds = new Set<ChangeKind>();
  private everything = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private lastRound = -Infinity;

  constructor(private readonly client: QueryClient) {}

  /** Objects of this kind have changed. */
  changed(kind: ChangeKind): void {
    this.kinds.add(kind);
    this.schedule();
  }

  /** Anything may have changed: the stream was interrupted. */
  all(): void {
    this.everything = true;
    this.schedule();
  }

  /** The page became visible: refetch what changed meanwhile. */
  onVisible(): void {
    void this.client.refetchQueries({ type: "active", stale: true, predicate: (query) => this.concerns(query) });
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private schedule(): void {
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
      const shows = this.concerns(query) ? (query.meta?.kinds ?? []) : [];
      const affected = everything ? shows : shows.filter((kind) => kinds.has(kind));
      if (affected.length === 0) continue;
      if (query.state.fetchStatus === "fetching") {
        // The response in flight may predate the change, and cancelling could repeat forever: refetch after it.
        for (const kind of affected) this.changed(kind);
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
