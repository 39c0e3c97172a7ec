import { defineFeature } from "../../core/feature";

export const feature = defineFeature({
  name: "register",
  pages: [{ path: "/register", access: "public", load: () => import("./register-page") }],
});
