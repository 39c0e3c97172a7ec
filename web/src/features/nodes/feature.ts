import { kindFeature } from "../../k8s/kind-feature";
import { readNodesSearch } from "./nodes-search";

export const feature = kindFeature("nodes", {
  list: () => import("./nodes-page"),
  object: () => import("./node-page"),
  search: readNodesSearch,
});
