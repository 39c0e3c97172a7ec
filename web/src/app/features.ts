/** Every feature there is: each folder's `feature.ts`, found by itself, so that adding one changes no list. */
import type { Feature } from "../core/feature";

const found = import.meta.glob<Feature>("../features/*/feature.ts", { eager: true, import: "feature" });

export const FEATURES: readonly Feature[] = Object.values(found);
