/** Where the page begins: language first, so that nothing is ever drawn without words. */
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { ApiError } from "./api/http/errors";
import { App } from "./app/app";
import { nonceStyles } from "./app/theme/nonce";
import { startLanguage } from "./i18n/language";
import "./ui/theme/tokens.css";

// A page that was open while the console was updated asks for files that are gone.
addEventListener("vite:preloadError", () => location.reload());

nonceStyles();
await startLanguage();
const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
createRoot(root, {
  // A refusal is shown in words where the page would be; anything else that is caught is a mistake of ours.
  onCaughtError: (error) => {
    if (!(error instanceof ApiError)) console.error(error);
  },
}).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
