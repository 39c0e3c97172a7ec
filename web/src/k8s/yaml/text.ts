/** Objects as YAML, and the difference of two texts (pure). */
import { stringify } from "yaml";

/** Fields that come first; the others keep their order. */
const FIRST = ["apiVersion", "kind", "metadata", "spec"];

/** YAML as kubectl prints it: no line folding, no aliases. */
export function yamlOf(object: object): string {
  const fields: Record<string, unknown> = { ...object };
  const ordered = Object.fromEntries(FIRST.flatMap((key) => (key in fields ? [[key, fields[key]]] : [])));
  return stringify({ ...ordered, ...fields }, { lineWidth: 0, aliasDuplicateObjects: false });
}

/** The single changed range between two texts, so that an editor keeps its position; null when equal. */
export function difference(before: string, after: string): { from: number; to: number; insert: string } | null {
  if (before === after) return null;
  const most = Math.min(before.length, after.length);
  let from = 0;
  while (from < most && before[from] === after[from]) from += 1;
  let end = 0;
  while (end < most - from && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  return { from, to: before.length - end, insert: after.slice(from, after.length - end) };
}
