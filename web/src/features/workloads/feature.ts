import { defineFeature } from "../../core/feature";
import type { Feature } from "../../core/feature";
import { readObjectSearch } from "../../k8s/object/object-search";
import { readListSearch } from "../../ui/list/list-search";
import { WORKLOADS } from "./workloads";
import type { WorkloadPlural } from "./workloads";

function workloadFeature(plural: WorkloadPlural): Feature {
  const { icon, order } = WORKLOADS[plural];
  return defineFeature({
    name: plural,
    noun: plural,
    pages: [
      {
        path: `/${plural}`,
        load: () => import("./list-page").then(({ listPage }) => ({ default: listPage(plural) })),
        search: readListSearch,
      },
      {
        path: `/${plural}/$namespace/$name`,
        load: () => import("./object-page").then(({ objectPage }) => ({ default: objectPage(plural) })),
        search: readObjectSearch,
      },
    ],
    entry: { path: `/${plural}`, group: "workloads", order, icon },
  });
}

export const feature = (Object.keys(WORKLOADS) as WorkloadPlural[]).map(workloadFeature);
