import { kindFeature } from "../../k8s/kind-feature";
import { WORKLOADS } from "./workloads";
import type { WorkloadPlural } from "./workloads";

export const feature = (Object.keys(WORKLOADS) as WorkloadPlural[]).map((plural) =>
  kindFeature(plural, {
    list: () => import("./list-page").then(({ listPage }) => ({ default: listPage(plural) })),
    object: () => import("./object-page").then(({ objectPage }) => ({ default: objectPage(plural) })),
  }),
);
