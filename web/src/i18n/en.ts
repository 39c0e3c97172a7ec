/** Every text in English: one file per feature, named like it; `kinds.json` holds one part per kind. */
import kinds from "./en/kinds.json";

const files = import.meta.glob<object>(["./en/*.json", "!./en/kinds.json"], { eager: true, import: "default" });

export const texts: Record<string, object> = {
  ...kinds,
  ...Object.fromEntries(Object.entries(files).map(([path, keys]) => [path.slice("./en/".length, -".json".length), keys])),
};
