import { defineFeature } from "../../core/feature";
import { PATHS } from "../../core/navigation/paths";
import { textOf } from "../../ui/list/list-search";

export const feature = defineFeature({
  name: "login",
  pages: [
    {
      path: PATHS.login,
      access: "public",
      load: () => import("./login-page"),
      search: (raw) => ({ return: textOf(raw["return"]), after: textOf(raw["after"]) }),
    },
  ],
});
