import { CloudServerOutlined } from "@ant-design/icons";

import { defineFeature } from "../../ui/feature";
import { readNodesSearch } from "./nodes-search";

export const feature = defineFeature({
  name: "nodes",
  noun: "nodes",
  pages: [{ path: "/nodes", load: () => import("./nodes-page"), search: readNodesSearch }],
  entry: { path: "/nodes", group: "infrastructure", order: 10, icon: CloudServerOutlined },
});
