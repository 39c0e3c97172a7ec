import { DashboardOutlined } from "@ant-design/icons";

import { defineFeature } from "../../core/feature";
import { PATHS } from "../../core/navigation/paths";
import { textOf } from "../../ui/list/list-search";

export const feature = defineFeature({
  name: "overview",
  pages: [
    {
      path: PATHS.overview,
      load: () => import("./overview-page"),
      search: (raw) => {
        const namespace = textOf(raw["namespace"]);
        return namespace === undefined ? {} : { namespace };
      },
    },
  ],
  entry: { path: PATHS.overview, group: "start", order: 10, icon: DashboardOutlined },
});
