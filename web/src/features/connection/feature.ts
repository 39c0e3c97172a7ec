import { ApiOutlined } from "@ant-design/icons";

import { defineFeature } from "../../core/feature";

export const feature = defineFeature({
  name: "connection",
  pages: [{ path: "/connection", load: () => import("./connection-page") }],
  entry: { path: "/connection", group: "start", order: 20, icon: ApiOutlined },
});
