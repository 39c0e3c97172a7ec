/** Every text in Chinese: one file per feature, named like it; `kinds.json` holds one part per kind. */
import kinds from "./zh/kinds.json";

const files = import.meta.glob<object>(["./zh/*.json", "!./zh/kinds.json"], { eager: true, import: "default" });

export const texts: Record<string, object> = {
  ...kinds,
  ...Object.fromEntries(Object.entries(files).map(([path, keys]) => [path.slice("./zh/".length, -".json".length), keys])),
};
