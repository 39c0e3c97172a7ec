import { ClusterOutlined } from "@ant-design/icons";

import { defineFeature } from "../../core/feature";
import { readListSearch } from "../../ui/list/list-search";
import { readObjectSearch } from "../../k8s/object/object-search";

export const feature = defineFeature({
  name: "daemonsets",
  noun: "daemonsets",
  pages: [
    { path: "/daemonsets", load: () => import("./daemonsets-page"), search: readListSearch },
    { path: "/daemonsets/$namespace/$name", load: () => import("./daemonset-page"), search: readObjectSearch },
  ],
  entry: { path: "/daemonsets", group: "workloads", order: 40, icon: ClusterOutlined },
});
