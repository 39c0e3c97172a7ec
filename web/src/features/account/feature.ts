import { IdcardOutlined } from "@ant-design/icons";

import { defineFeature } from "../../core/feature";

export const feature = defineFeature({
  name: "account",
  pages: [{ path: "/account", load: () => import("./account-page") }],
  entry: { path: "/account", group: "platform", order: 10, icon: IdcardOutlined },
});
