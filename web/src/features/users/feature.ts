import { TeamOutlined } from "@ant-design/icons";

import { defineFeature } from "../../core/feature";
import { readListSearch } from "../../ui/list/list-search";

export const feature = defineFeature({
  name: "users",
  pages: [
    { path: "/users", access: "admin", load: () => import("./users-page"), search: readListSearch },
    { path: "/users/$name", access: "admin", load: () => import("./user-page") },
  ],
  entry: { path: "/users", group: "platform", order: 20, icon: TeamOutlined, admin: true },
});
