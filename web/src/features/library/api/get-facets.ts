import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api } from "@/lib/api/client";
import { unwrap } from "@/lib/api/problem";
import { queryKeys } from "@/lib/api/query-keys";
import { filterQuery, type LibraryFilters } from "../filters";

export function useFacets(filters: LibraryFilters) {
  const query = filterQuery(filters);
  return useQuery({
    queryKey: [...queryKeys.facets, query],
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/facets", { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });
}
