/** Every feature: what the `feature.ts` of each folder exports, and the standard pages of all other kinds. */
import type { Feature } from "../core/feature";
import { PAGE_PLURALS } from "../core/kinds/kinds";
import { kindFeature } from "../k8s/kind-feature";

const found = import.meta.glob<Feature | readonly Feature[]>("../features/*/feature.ts", { eager: true, import: "feature" });

/** `features`, and one for each kind with a list page that none of them has. */
export function withStandardKinds(features: readonly Feature[]): readonly Feature[] {
  const names = new Set(features.map(({ name }) => name));
  return [...features, ...PAGE_PLURALS.filter((plural) => !names.has(plural)).map((plural) => kindFeature(plural))];
}

export const FEATURES = withStandardKinds(Object.values(found).flat());
