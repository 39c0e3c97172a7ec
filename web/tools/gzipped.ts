/** Writes a `.gz` beside every asset that shrinks, so that serving it costs nothing. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import type { Plugin } from "vite";

/** Bytes under which a compressed copy is not worth a file. */
const SMALL = 1024;

export function gzipped(): Plugin {
  let folder = "";
  return {
    name: "gzipped",
    apply: "build",
    configResolved(config) {
      folder = join(config.root, config.build.outDir, config.build.assetsDir);
    },
    writeBundle() {
      for (const name of readdirSync(folder)) {
        const plain = readFileSync(join(folder, name));
        if (plain.length < SMALL || !/\.(js|css|svg)$/.test(name)) continue;
        const packed = gzipSync(plain, { level: 9 });
        if (packed.length < plain.length) writeFileSync(join(folder, `${name}.gz`), packed);
      }
    },
  };
}
