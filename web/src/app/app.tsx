/** The root component: query cache, theme, router. */
import { useState } from "react";

import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";

import { newQueryClient } from "../api/query-client";
import { FEATURES } from "./features";
import { newRouter } from "./router";
import { ThemeProvider } from "./theme/theme-provider";

export function App() {
  const [client] = useState(newQueryClient);
  const [router] = useState(() => newRouter(client, FEATURES));
  return (
    <QueryClientProvider client={client}>
      <ThemeProvider>
        <RouterProvider router={router} />
      </ThemeProvider>
    </QueryClientProvider>
  );
}
