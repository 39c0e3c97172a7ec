import { kindFeature } from "../../k8s/kind-feature";

export const feature = kindFeature("jobs", {
  list: () => import("./jobs-page"),
  object: () => import("./job-page"),
});
