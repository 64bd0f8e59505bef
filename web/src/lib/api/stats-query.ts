import { queryOptions } from "@tanstack/react-query";
import { api } from "./client";
import { unwrap } from "./problem";
import { queryKeys } from "./query-keys";

export const statsQuery = queryOptions({
  queryKey: queryKeys.stats,
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/stats", { signal })),
  // The live feed keeps it fresh; this is for when the feed is away.
  refetchInterval: 30_000,
});
