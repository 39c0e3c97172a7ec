import { kindFeature } from "../../k8s/kind-feature";

export const feature = kindFeature("nodepools", {
  list: () => import("./nodepools-page"),
  object: () => import("./nodepool-page"),
});
