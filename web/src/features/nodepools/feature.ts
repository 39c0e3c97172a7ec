import { ClusterOutlined } from "@ant-design/icons";

import { defineFeature } from "../../ui/feature";
import { readListSearch } from "../../ui/list-search";
import { readObjectSearch } from "../../ui/object/object-search";

export const feature = defineFeature({
  name: "nodepools",
  noun: "nodepools",
  pages: [
    { path: "/nodepools", load: () => import("./nodepools-page"), search: readListSearch },
    { path: "/nodepools/$name", load: () => import("./nodepool-page"), search: readObjectSearch },
  ],
  entry: { path: "/nodepools", group: "infrastructure", order: 20, icon: ClusterOutlined },
});
