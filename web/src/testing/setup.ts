/** Browser APIs that jsdom lacks, and English for every test. */
import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterEach, beforeAll, vi } from "vitest";

import { dismissAll } from "../core/notify";
import { startLanguage } from "../i18n/language";

// A page's code loads on first use, which takes time on a busy machine.
configure({ asyncUtilTimeout: 5000 });

beforeAll(async () => {
  vi.stubGlobal("scrollTo", () => undefined);
  Object.defineProperty(window, "matchMedia", {
    configurable: true,
    value: (media: string) => ({
      media,
      matches: false,
      addEventListener: () => undefined,
      removeEventListener: () => undefined,
    }),
  });
  Object.defineProperty(window, "ResizeObserver", {
    configurable: true,
    value: class {
      observe() {}
      unobserve() {}
      disconnect() {}
    },
  });
  await startLanguage();
});

afterEach(() => {
  cleanup();
  localStorage.clear();
  dismissAll();
});
