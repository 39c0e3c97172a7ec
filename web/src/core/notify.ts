/** Notifications: short results of actions, shown and announced by one region of the page. */
import { useSyncExternalStore } from "react";

export type NotificationTone = "good" | "bad";

export interface Notification {
  readonly id: number;
  readonly tone: NotificationTone;
  readonly text: string;
}

/** The most notifications at once; older ones go. */
const MOST = 4;

let notifications: readonly Notification[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

function set(next: readonly Notification[]): void {
  notifications = next;
  for (const listener of listeners) listener();
}

/** Shows a notification. "bad" ones stay until they are dismissed. */
export function notify(tone: NotificationTone, text: string): void {
  lastId += 1;
  set([...notifications, { id: lastId, tone, text }].slice(-MOST));
}

export function dismiss(id: number): void {
  set(notifications.filter((one) => one.id !== id));
}

export function dismissAll(): void {
  set([]);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useNotifications(): readonly Notification[] {
  return useSyncExternalStore(subscribe, () => notifications);
}
