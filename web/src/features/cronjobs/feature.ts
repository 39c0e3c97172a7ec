import { kindFeature } from "../../k8s/kind-feature";

export const feature = kindFeature("cronjobs", { object: () => import("./cronjob-page") });
