/** Every text in English: one file per feature, named like it. */
const files = import.meta.glob<object>("./en/*.json", { eager: true, import: "default" });

export const texts: Record<string, object> = Object.fromEntries(
  Object.entries(files).map(([path, keys]) => [path.slice("./en/".length, -".json".length), keys]),
);
