/** The route tree: public pages, and pages behind the session guard. Each page's code loads on first visit. */
import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  retainSearchParams,
} from "@tanstack/react-router";
import type { AnyRoute, RouterHistory } from "@tanstack/react-router";

import { ApiError } from "../api/http/errors";
import { isAdmin, sessionOptions } from "../api/session/queries";
import { mayHaveSession } from "../api/session/storage";
import type { Feature, Page } from "../core/feature";
import { PATHS } from "../core/navigation/paths";
import { redirectTo } from "../core/navigation/use-go";
import { textOf } from "../ui/list/list-search";
import { Notifications } from "../ui/feedback/notifications";
import { Skeleton } from "../ui/feedback/skeleton";
import { ErrorBoundary } from "./error-boundary";
import { NotFound } from "./not-found";
import { PublicLayout } from "./shell/public-layout";
import { Shell } from "./shell/shell";

/** `history` is the browser's unless a test passes its own. */
export function newRouter(client: QueryClient, features: readonly Feature[], history?: RouterHistory) {
  const root = createRootRoute({ component: Root, errorComponent: ErrorBoundary, notFoundComponent: NotFound });

  const outside = createRoute({ getParentRoute: () => root, id: "outside", component: PublicLayout });

  const inside = createRoute({
    getParentRoute: () => root,
    id: "inside",
    component: () => <Shell features={features} />,
    validateSearch: (raw: Record<string, unknown>): { namespace?: string } => {
      const namespace = textOf(raw["namespace"]);
      return namespace === undefined ? {} : { namespace };
    },
    // The chosen namespace stays from page to page.
    search: { middlewares: [retainSearchParams(["namespace"])] },
    beforeLoad: async ({ location }) => {
      const login = () => redirectTo(PATHS.login, { search: { return: location.href } });
      if (!mayHaveSession()) return login();
      try {
        return { account: await client.query({ ...sessionOptions, staleTime: "static" }) };
      } catch (error) {
        if (!(error instanceof ApiError) || error.code !== 401) throw error;
        return login();
      }
    },
  });

  const home = createRoute({
    getParentRoute: () => inside,
    path: PATHS.root,
    beforeLoad: () => {
      redirectTo(PATHS.overview, { replace: true });
    },
  });

  const pages = features.flatMap((feature) => feature.pages);
  const routes: AnyRoute[] = pages.filter((page) => page.access !== "public").map((page) => routeOf(page, inside));
  const open: AnyRoute[] = pages.filter((page) => page.access === "public").map((page) => routeOf(page, outside));
  return createRouter({
    routeTree: root.addChildren([outside.addChildren(open), inside.addChildren([home, ...routes])]),
    basepath: "/console",
    ...(history ? { history } : {}),
    defaultPreload: "intent",
    defaultPreloadStaleTime: 0,
    defaultPendingComponent: () => <Skeleton lines={8} />,
    defaultPendingMs: 300,
    defaultErrorComponent: ErrorBoundary,
    defaultNotFoundComponent: NotFound,
    scrollRestoration: true,
  });
}

function Root() {
  return (
    <>
      <Outlet />
      <Notifications />
    </>
  );
}

function routeOf(page: Page, parent: AnyRoute): AnyRoute {
  return createRoute({
    getParentRoute: () => parent,
    path: page.path,
    component: lazyRouteComponent(page.load),
    ...(page.search ? { validateSearch: page.search } : {}),
    ...(page.access === "admin"
      ? {
          beforeLoad: ({ context }: { context: { account?: Parameters<typeof isAdmin>[0] } }) => {
            if (!isAdmin(context.account)) throw new ApiError(403, "Forbidden", "only administrators see this page");
          },
        }
      : {}),
  });
}
