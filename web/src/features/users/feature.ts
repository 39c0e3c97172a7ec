import { kindFeature } from "../../k8s/kind-feature";

export const feature = kindFeature("users", {
  list: () => import("./users-page"),
  object: () => import("./user-page"),
});
