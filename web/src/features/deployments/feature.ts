import { DeploymentUnitOutlined } from "@ant-design/icons";

import { defineFeature } from "../../core/feature";
import { readListSearch } from "../../ui/list/list-search";
import { readObjectSearch } from "../../k8s/object/object-search";

export const feature = defineFeature({
  name: "deployments",
  noun: "deployments",
  pages: [
    { path: "/deployments", load: () => import("./deployments-page"), search: readListSearch },
    { path: "/deployments/$namespace/$name", load: () => import("./deployment-page"), search: readObjectSearch },
  ],
  entry: { path: "/deployments", group: "workloads", order: 20, icon: DeploymentUnitOutlined },
});
