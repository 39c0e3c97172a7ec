/** The entry point: loads the language first, so that nothing renders without texts. */
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { ApiError } from "./api/http/errors";
import { App } from "./app/app";
import { nonceStyles } from "./app/theme/nonce";
import { startLanguage } from "./i18n/language";
import "./ui/theme/tokens.css";

// After an update of the console, open pages request files that no longer exist.
addEventListener("vite:preloadError", () => location.reload());

nonceStyles();
await startLanguage();
const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
createRoot(root, {
  // The error boundary shows an `ApiError`; any other caught error is a bug.
  onCaughtError: (error) => {
    if (!(error instanceof ApiError)) console.error(error);
  },
}).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
