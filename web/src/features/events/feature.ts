import { kindFeature } from "../../k8s/kind-feature";
import { readEventSearch } from "./event-search";

export const feature = kindFeature("events", { list: () => import("./events-page"), search: readEventSearch });
