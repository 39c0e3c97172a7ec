import { kindFeature } from "../../k8s/kind-feature";

export const feature = kindFeature("services", { object: () => import("./service-page") });
