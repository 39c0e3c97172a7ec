import { defineFeature } from "../../core/feature";
import { PATHS } from "../../core/navigation/paths";

export const feature = defineFeature({
  name: "register",
  pages: [{ path: PATHS.register, access: "public", load: () => import("./register-page") }],
});
