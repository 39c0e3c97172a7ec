import { kindFeature } from "../../k8s/kind-feature";
import { readPodSearch } from "./pod-search";

export const feature = kindFeature("pods", {
  list: () => import("./pods-page"),
  object: () => import("./pod-page"),
  search: readPodSearch,
});
