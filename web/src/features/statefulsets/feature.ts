import { DatabaseOutlined } from "@ant-design/icons";

import { defineFeature } from "../../core/feature";
import { readListSearch } from "../../ui/list/list-search";
import { readObjectSearch } from "../../k8s/object/object-search";

export const feature = defineFeature({
  name: "statefulsets",
  noun: "statefulsets",
  pages: [
    { path: "/statefulsets", load: () => import("./statefulsets-page"), search: readListSearch },
    { path: "/statefulsets/$namespace/$name", load: () => import("./statefulset-page"), search: readObjectSearch },
  ],
  entry: { path: "/statefulsets", group: "workloads", order: 30, icon: DatabaseOutlined },
});
