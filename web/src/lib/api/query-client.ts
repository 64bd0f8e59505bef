import { QueryCache, QueryClient } from "@tanstack/react-query";
import { ApiProblem, isUnauthenticated } from "./problem";
import { queryKeys } from "./query-keys";

function worthRetrying(failures: number, error: Error): boolean {
  const refused = error instanceof ApiProblem && error.status >= 400 && error.status < 500;
  return !refused && failures < 2;
}

/** `retry: false` is for tests; refusals (4xx) are never retried. */
export function createQueryClient({ retry = true }: { retry?: boolean } = {}): QueryClient {
  const client: QueryClient = new QueryClient({
    defaultOptions: {
      queries: {
        retry: retry ? worthRetrying : false,
        staleTime: 30_000,
        refetchOnWindowFocus: false,
      },
    },
    queryCache: new QueryCache({
      onError: (error, query) => {
        // A session that ended meanwhile: asking again brings up the sign-in page.
        if (isUnauthenticated(error) && query.queryKey[0] !== queryKeys.session[0]) {
          void client.invalidateQueries({ queryKey: queryKeys.session });
        }
      },
    }),
  });
  return client;
}
