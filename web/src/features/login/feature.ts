import { defineFeature } from "../../ui/feature";
import { textOf } from "../../ui/list-search";

export const feature = defineFeature({
  name: "login",
  pages: [
    {
      path: "/login",
      access: "public",
      load: () => import("./login-page"),
      search: (raw) => ({ return: textOf(raw["return"]), after: textOf(raw["after"]) }),
    },
  ],
});
