import { CloudServerOutlined } from "@ant-design/icons";

import { defineFeature } from "../../ui/feature";
import { readListSearch } from "../../ui/list-search";

export const feature = defineFeature({
  name: "nodes",
  noun: "nodes",
  pages: [{ path: "/nodes", load: () => import("./nodes-page"), search: readListSearch }],
  entry: { path: "/nodes", group: "infrastructure", order: 10, icon: CloudServerOutlined },
});
