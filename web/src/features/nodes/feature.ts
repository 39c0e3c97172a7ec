import { CloudServerOutlined } from "@ant-design/icons";

import { defineFeature } from "../../ui/feature";
import { readObjectSearch } from "../../ui/object/object-search";
import { readNodesSearch } from "./nodes-search";

export const feature = defineFeature({
  name: "nodes",
  noun: "nodes",
  pages: [
    { path: "/nodes", load: () => import("./nodes-page"), search: readNodesSearch },
    { path: "/nodes/$name", load: () => import("./node-page"), search: readObjectSearch },
  ],
  entry: { path: "/nodes", group: "infrastructure", order: 10, icon: CloudServerOutlined },
});
