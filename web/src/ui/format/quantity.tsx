/** A CPU or memory amount as text, with the exact number on hover. */
import { bytesText, cpuText } from "./quantities";

export interface QuantityProps {
  /** Millicores or bytes; null and undefined show a dash. */
  value: number | null | undefined;
  unit: "cpu" | "bytes";
}

export function Quantity({ value, unit }: QuantityProps) {
  if (value === null || value === undefined) return <span aria-hidden="true">–</span>;
  return <span title={`${value}${unit === "cpu" ? "m" : " B"}`}>{unit === "cpu" ? cpuText(value) : bytesText(value)}</span>;
}
