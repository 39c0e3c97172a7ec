import { ClockCircleOutlined } from "@ant-design/icons";

import { defineFeature } from "../../core/feature";
import { readListSearch } from "../../ui/list/list-search";
import { readObjectSearch } from "../../k8s/object/object-search";

export const feature = defineFeature({
  name: "cronjobs",
  noun: "cronjobs",
  pages: [
    { path: "/cronjobs", load: () => import("./cronjobs-page"), search: readListSearch },
    { path: "/cronjobs/$namespace/$name", load: () => import("./cronjob-page"), search: readObjectSearch },
  ],
  entry: { path: "/cronjobs", group: "workloads", order: 60, icon: ClockCircleOutlined },
});
