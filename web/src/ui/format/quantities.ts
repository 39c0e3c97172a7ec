/** CPU and memory in Kubernetes' words: "250m", "1.5", "512 MiB". */
const BINARY = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

/** Millicores as people write them: below one core in thousandths. */
export function cpuText(millicores: number): string {
  if (millicores !== 0 && millicores < 1000) return `${Math.round(millicores)}m`;
  return trimmed(millicores / 1000, 2);
}

/** Bytes in the largest binary unit of which there is at least one. */
export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < BINARY.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${trimmed(value, value < 10 ? 1 : 0)} ${BINARY[unit] ?? ""}`;
}

/** A part of a whole as 0 to 1; nothing of nothing is 0. */
export function share(part: number, whole: number): number {
  return whole > 0 ? Math.min(Math.max(part / whole, 0), 1) : 0;
}

function trimmed(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)));
}
