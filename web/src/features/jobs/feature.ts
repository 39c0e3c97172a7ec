import { CheckSquareOutlined } from "@ant-design/icons";

import { defineFeature } from "../../core/feature";
import { readListSearch } from "../../ui/list/list-search";
import { readObjectSearch } from "../../k8s/object/object-search";

export const feature = defineFeature({
  name: "jobs",
  noun: "jobs",
  pages: [
    { path: "/jobs", load: () => import("./jobs-page"), search: readListSearch },
    { path: "/jobs/$namespace/$name", load: () => import("./job-page"), search: readObjectSearch },
  ],
  entry: { path: "/jobs", group: "workloads", order: 50, icon: CheckSquareOutlined },
});
