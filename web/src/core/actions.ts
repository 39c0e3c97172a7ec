/** Actions on an object as data: row menus, headers, the command palette and key bindings read the same list. */
import { useEffect, useSyncExternalStore } from "react";
import type { ComponentType } from "react";

export interface ActionDialogProps<Row> {
  row: Row;
  onClose: () => void;
}

interface ActionBase<Row> {
  /** Unique in its list. */
  readonly key: string;
  readonly label: string;
  readonly danger?: boolean;
  /** The one action that is expected next. */
  readonly primary?: boolean;
  /** Whether it applies to the row, and the caller may do it. */
  readonly can: (row: Row) => boolean;
}

/** An action that runs at once; the result becomes a notification. */
export interface RunAction<Row> extends ActionBase<Row> {
  readonly run: (row: Row) => Promise<unknown>;
  /** The notification after success, and the start of the one after a failure. */
  readonly done: string;
  readonly failed: string;
}

/** An action that asks first. */
export interface DialogAction<Row> extends ActionBase<Row> {
  readonly dialog: ComponentType<ActionDialogProps<Row>>;
  /** A letter that opens the dialog from the object's page. */
  readonly shortcut?: string;
}

export type ObjectAction<Row> = RunAction<Row> | DialogAction<Row>;

/** An action of the object on the open page. */
export interface PageCommand {
  readonly key: string;
  readonly label: string;
  /** The object's name. */
  readonly about: string;
  readonly shortcut?: string | undefined;
  readonly start: () => void;
}

let commands: readonly PageCommand[] = [];
const listeners = new Set<() => void>();

function set(next: readonly PageCommand[]): void {
  commands = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The commands of the page that is open. */
export function usePageCommands(): readonly PageCommand[] {
  return useSyncExternalStore(subscribe, () => commands);
}

/** Offers the page's commands to the palette and the help while mounted. `next` must be stable between changes. */
export function useOfferPageCommands(next: readonly PageCommand[]): void {
  useEffect(() => {
    set(next);
    return () => set([]);
  }, [next]);
}
