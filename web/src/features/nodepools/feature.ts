import { ClusterOutlined } from "@ant-design/icons";

import { defineFeature } from "../../ui/feature";
import { readListSearch } from "../../ui/list-search";

export const feature = defineFeature({
  name: "nodepools",
  noun: "nodepools",
  pages: [{ path: "/nodepools", load: () => import("./nodepools-page"), search: readListSearch }],
  entry: { path: "/nodepools", group: "infrastructure", order: 20, icon: ClusterOutlined },
});
