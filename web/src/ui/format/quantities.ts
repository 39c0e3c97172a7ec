/** CPU and memory as text: "250m", "1.5", "512 MiB". */
const BINARY = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

/** CPU text for millicores: "250m" below one core, else cores. */
export function cpuText(millicores: number): string {
  if (millicores !== 0 && millicores < 1000) return `${Math.round(millicores)}m`;
  return trimmed(millicores / 1000, 2);
}

/** Bytes in the largest binary unit that gives at least 1. */
export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < BINARY.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${trimmed(value, value < 10 ? 1 : 0)} ${BINARY[unit] ?? ""}`;
}

/** A ratio clamped to 0..1; 0 for an empty whole. */
export function share(part: number, whole: number): number {
  return whole > 0 ? Math.min(Math.max(part / whole, 0), 1) : 0;
}

function trimmed(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)));
}
