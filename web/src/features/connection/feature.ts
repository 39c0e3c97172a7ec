import { ApiOutlined } from "@ant-design/icons";

import { defineFeature } from "../../ui/feature";

export const feature = defineFeature({
  name: "connection",
  pages: [{ path: "/connection", load: () => import("./connection-page") }],
  entry: { path: "/connection", group: "start", order: 20, icon: ApiOutlined },
});
