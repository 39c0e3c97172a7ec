import { IdcardOutlined } from "@ant-design/icons";

import { defineFeature } from "../../core/feature";
import { PATHS } from "../../core/navigation/paths";

export const feature = defineFeature({
  name: "account",
  pages: [{ path: PATHS.account, load: () => import("./account-page") }],
  entry: { path: PATHS.account, group: "platform", order: 10, icon: IdcardOutlined },
});
