/** Every text in Chinese: one file per feature, named like it. */
const files = import.meta.glob<object>("./zh/*.json", { eager: true, import: "default" });

export const texts: Record<string, object> = Object.fromEntries(
  Object.entries(files).map(([path, keys]) => [path.slice("./zh/".length, -".json".length), keys]),
);
