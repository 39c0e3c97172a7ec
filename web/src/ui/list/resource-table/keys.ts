/** Arrow keys in a table: up and down between rows, left and right between focusable elements of a row. */
import type { KeyboardEvent } from "react";

const FOCUSABLE = "a[href], button:not([disabled]), [tabindex]";

export function move(event: KeyboardEvent<HTMLElement>): void {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const focused = event.target as HTMLElement;
  const row = focused.closest("tbody tr");
  if (row === null || focused.matches("input, textarea, select")) return;
  const cells = focusables(row);
  const at = cells.indexOf(focused);
  const next = {
    ArrowUp: () => nearest(neighbour(row, -1), at),
    ArrowDown: () => nearest(neighbour(row, 1), at),
    ArrowLeft: () => cells[at - 1],
    ArrowRight: () => cells[at + 1],
  }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  next()?.focus();
}

function focusables(row: Element): HTMLElement[] {
  return [...row.querySelectorAll<HTMLElement>(FOCUSABLE)];
}

/** The next row with a focusable element. */
function neighbour(row: Element, step: 1 | -1): Element | null {
  let next: Element | null = row;
  do next = step === 1 ? next.nextElementSibling : next.previousElementSibling;
  while (next !== null && focusables(next).length === 0);
  return next;
}

function nearest(row: Element | null, at: number): HTMLElement | undefined {
  const cells = row === null ? [] : focusables(row);
  return cells[Math.min(at, cells.length - 1)];
}
