/** Every feature: what the `feature.ts` of each folder exports, so that a new one changes no list. */
import type { Feature } from "../core/feature";

const found = import.meta.glob<Feature | readonly Feature[]>("../features/*/feature.ts", { eager: true, import: "feature" });

export const FEATURES: readonly Feature[] = Object.values(found).flat();
