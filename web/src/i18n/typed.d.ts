/** Types the i18n keys from the English files; a test compares both languages. */
import "i18next";

type KindTexts = typeof import("./en/kinds.json");

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "ui";
    returnNull: false;
  }

  interface ResourceNamespaceMap extends KindTexts {
    account: typeof import("./en/account.json");
    app: typeof import("./en/app.json");
    connection: typeof import("./en/connection.json");
    login: typeof import("./en/login.json");
    nodepools: typeof import("./en/nodepools.json");
    nodes: typeof import("./en/nodes.json");
    objects: typeof import("./en/objects.json");
    overview: typeof import("./en/overview.json");
    register: typeof import("./en/register.json");
    ui: typeof import("./en/ui.json");
    users: typeof import("./en/users.json");
  }
}
