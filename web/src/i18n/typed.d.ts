/** Types the i18n keys from the English files; a test compares both languages. */
import "i18next";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "ui";
    returnNull: false;
  }

  interface ResourceNamespaceMap {
    account: typeof import("./en/account.json");
    app: typeof import("./en/app.json");
    connection: typeof import("./en/connection.json");
    cronjobs: typeof import("./en/cronjobs.json");
    daemonsets: typeof import("./en/daemonsets.json");
    deployments: typeof import("./en/deployments.json");
    events: typeof import("./en/events.json");
    jobs: typeof import("./en/jobs.json");
    login: typeof import("./en/login.json");
    nodepools: typeof import("./en/nodepools.json");
    nodes: typeof import("./en/nodes.json");
    objects: typeof import("./en/objects.json");
    overview: typeof import("./en/overview.json");
    pods: typeof import("./en/pods.json");
    register: typeof import("./en/register.json");
    services: typeof import("./en/services.json");
    statefulsets: typeof import("./en/statefulsets.json");
    ui: typeof import("./en/ui.json");
    users: typeof import("./en/users.json");
  }
}
