import { ApiOutlined } from "@ant-design/icons";

import { defineFeature } from "../../core/feature";
import { PATHS } from "../../core/navigation/paths";

export const feature = defineFeature({
  name: "connection",
  pages: [{ path: PATHS.connection, load: () => import("./connection-page") }],
  entry: { path: PATHS.connection, group: "start", order: 20, icon: ApiOutlined },
});
