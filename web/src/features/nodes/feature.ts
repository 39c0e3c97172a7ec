import { CloudServerOutlined } from "@ant-design/icons";

import { defineFeature } from "../../core/feature";
import { readObjectSearch } from "../../k8s/object/object-search";
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
