/** Tells whoever listens that the console no longer knows this browser: one event for the whole page. */
const listeners = new Set<() => void>();

export function sessionEnded(): void {
  for (const listener of listeners) listener();
}

/** Calls `listener` at each 401; returns what stops it. */
export function onSessionEnd(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
