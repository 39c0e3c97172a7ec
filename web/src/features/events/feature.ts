import { NotificationOutlined } from "@ant-design/icons";

import { defineFeature } from "../../core/feature";
import { readEventSearch } from "./event-search";

export const feature = defineFeature({
  name: "events",
  pages: [{ path: "/events", load: () => import("./events-page"), search: readEventSearch }],
  entry: { path: "/events", group: "workloads", order: 80, icon: NotificationOutlined },
});
