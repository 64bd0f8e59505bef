import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  type RouterHistory,
} from "@tanstack/react-router";
import { parseLetterSearch } from "@/features/dead-letters/letter-search";
import { parseFilters } from "@/features/library/filters";
import type { OpenSocket } from "@/lib/live-socket";
import { parseSearch, stringifySearch } from "@/lib/search-params";
import { Crash } from "./crash";
import { LibraryRoute } from "./library-route";
import { NotFound } from "./not-found";
import { Shell } from "./shell";

export interface AppContext {
  openSocket: OpenSocket;
}

const rootRoute = createRootRouteWithContext<AppContext>()({
  component: Shell,
  notFoundComponent: NotFound,
});

const libraryRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/",
  validateSearch: parseFilters,
  component: LibraryRoute,
});

const fileRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/files/$id",
  component: lazyRouteComponent(() => import("./file-route"), "FileRoute"),
});

const foldersRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/folders",
  component: lazyRouteComponent(() => import("./folders-route"), "FoldersRoute"),
});

const deadLettersRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/dead-letters",
  validateSearch: parseLetterSearch,
  component: lazyRouteComponent(() => import("./dead-letters-route"), "DeadLettersRoute"),
});

export function createAppRouter({ openSocket, history }: AppContext & { history?: RouterHistory }) {
  return createRouter({
    routeTree: rootRoute.addChildren([libraryRoute, fileRoute, foldersRoute, deadLettersRoute]),
    context: { openSocket },
    history,
    parseSearch,
    stringifySearch,
    scrollRestoration: true,
    defaultErrorComponent: Crash,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
