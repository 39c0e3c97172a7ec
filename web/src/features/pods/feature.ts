import { AppstoreOutlined } from "@ant-design/icons";

import { defineFeature } from "../../core/feature";
import { readPodSearch } from "./pod-search";
import { readObjectSearch } from "../../k8s/object/object-search";

export const feature = defineFeature({
  name: "pods",
  noun: "pods",
  pages: [
    { path: "/pods", load: () => import("./pods-page"), search: readPodSearch },
    { path: "/pods/$namespace/$name", load: () => import("./pod-page"), search: readObjectSearch },
  ],
  entry: { path: "/pods", group: "workloads", order: 10, icon: AppstoreOutlined },
});
