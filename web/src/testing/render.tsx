/** Renders a feature's page in the app, with `fetch` answered from a table. */
import { QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, RouterProvider } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import { vi } from "vitest";

import { newQueryClient } from "../api/query-client";
import { newRouter } from "../app/router";
import { ThemeProvider } from "../app/theme/theme-provider";
import type { Feature } from "../core/feature";
import { TENANT } from "./accounts";

/** The response of an address: a JSON body with status 200, or a whole response. */
export type Answer = object | Response | Reply;
type Reply = (url: URL, request: RequestInit) => object | Response | Promise<Response>;

export interface Rendered {
  /** Every request as "GET /nodes?limit=50". */
  requests: string[];
  /** The current address, such as "/console/nodes?page=2". */
  at: () => string;
}

/** Renders `path` ("/nodes?status=Ready"). `answers` by address; `/session` defaults to a tenant's. */
export function renderAt(path: string, features: readonly Feature[], answers: Record<string, Answer>): Rendered {
  const requests: string[] = [];
  const all: Record<string, Answer> = { "/session": TENANT, "/readyz": { ready: true, stale: [], absent: [] }, "/changes": openStream, ...answers };
  vi.stubGlobal("fetch", async (address: string, request: RequestInit) => {
    const url = new URL(address, "http://console");
    requests.push(`${request.method ?? "GET"} ${url.pathname}${url.search}`);
    const answer: Answer = all[url.pathname] ?? status(404, "NotFound", "the console has no such address");
    const body: object = isReply(answer) ? await answer(url, request) : answer;
    return body instanceof Response ? body.clone() : Response.json(body);
  });
  localStorage.setItem("yurt-console.session", "1");
  const client = newQueryClient();
  client.setDefaultOptions({ queries: { ...client.getDefaultOptions().queries, retryDelay: 0 } });
  const history = createMemoryHistory({ initialEntries: [`/console${path}`] });
  const router = newRouter(client, features, history);
  render(
    <QueryClientProvider client={client}>
      <ThemeProvider>
        <RouterProvider router={router} />
      </ThemeProvider>
    </QueryClientProvider>,
  );
  return { requests, at: () => history.location.href };
}

/** A stream that stays open and silent. */
function openStream(): Response {
  return new Response(new ReadableStream());
}

/** An error response with a Kubernetes Status. */
export function status(code: number, reason: string, message: string, causes: object[] = []): Response {
  return Response.json({ kind: "Status", status: "Failure", code, reason, message, details: { causes } }, { status: code });
}

function isReply(answer: Answer): answer is Reply {
  return typeof answer === "function";
}
