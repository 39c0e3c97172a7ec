import { ShareAltOutlined } from "@ant-design/icons";

import { defineFeature } from "../../core/feature";
import { readListSearch } from "../../ui/list/list-search";
import { readObjectSearch } from "../../k8s/object/object-search";

export const feature = defineFeature({
  name: "services",
  noun: "services",
  pages: [
    { path: "/services", load: () => import("./services-page"), search: readListSearch },
    { path: "/services/$namespace/$name", load: () => import("./service-page"), search: readObjectSearch },
  ],
  entry: { path: "/services", group: "workloads", order: 70, icon: ShareAltOutlined },
});
