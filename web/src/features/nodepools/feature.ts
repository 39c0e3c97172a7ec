import { ClusterOutlined } from "@ant-design/icons";

import { defineFeature } from "../../core/feature";
import { readListSearch } from "../../ui/list/list-search";
import { readObjectSearch } from "../../k8s/object/object-search";

export const feature = defineFeature({
  name: "nodepools",
  noun: "nodepools",
  pages: [
    { path: "/nodepools", load: () => import("./nodepools-page"), search: readListSearch },
    { path: "/nodepools/$name", load: () => import("./nodepool-page"), search: readObjectSearch },
  ],
  entry: { path: "/nodepools", group: "infrastructure", order: 20, icon: ClusterOutlined },
});
