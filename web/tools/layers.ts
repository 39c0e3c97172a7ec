/** ESLint rule: imports go down the page's layers, never up, and features never import each other. */
import { dirname, join, sep } from "node:path";

import type { Rule } from "eslint";

/** What each folder of `src` may import besides itself. `""` is `src` itself, that is `main.tsx`. */
export const LAYERS: Readonly<Record<string, readonly string[]>> = {
  "": ["app", "api", "core", "i18n", "ui"],
  app: ["k8s", "ui", "api", "core", "i18n"],
  features: ["k8s", "ui", "api", "core", "i18n"],
  k8s: ["ui", "api", "core", "i18n"],
  ui: ["core", "i18n"],
  api: ["core"],
  core: [],
  i18n: [],
};

/** Folders of which each sub-folder is a module of its own. */
const SEPARATE: ReadonlySet<string> = new Set(["features"]);

/** Why `importer` may not import `imported` (paths below `src`), `undefined` when it may. */
export function violation(importer: string, imported: string): string | undefined {
  const [from, to] = [layerOf(importer), layerOf(imported)];
  if (from === to) {
    const [own, other] = [importer.split("/")[1], imported.split("/")[1]];
    return SEPARATE.has(from) && own !== other ? `${from} never import each other` : undefined;
  }
  return LAYERS[from]?.includes(to) ? undefined : `${from || "src"} must not import ${to || "src"}`;
}

function layerOf(path: string): string {
  return path.includes("/") ? (path.split("/")[0] ?? "") : "";
}

interface Importing {
  source?: { value?: unknown; literal?: { value?: unknown } } | null;
  argument?: { literal?: { value?: unknown } };
}

export const layers: Rule.RuleModule = {
  meta: { type: "problem", schema: [] },
  create(context) {
    const src = context.filename.lastIndexOf(`${sep}src${sep}`);
    if (src === -1) return {};
    const importer = context.filename.slice(src + 5).replaceAll(sep, "/");
    const check = (node: Rule.Node) => {
      const { source, argument } = node as unknown as Importing;
      const specifier = source?.value ?? source?.literal?.value ?? argument?.literal?.value;
      if (typeof specifier !== "string" || !specifier.startsWith(".")) return;
      const imported = join(dirname(importer), specifier).replaceAll(sep, "/");
      const message = violation(importer, imported);
      if (message !== undefined) context.report({ node, message });
    };
    return {
      ImportDeclaration: check,
      ImportExpression: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      TSImportType: check,
    };
  },
};
