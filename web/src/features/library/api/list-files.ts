import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "@/lib/api/client";
import { unwrap } from "@/lib/api/problem";
import { queryKeys } from "@/lib/api/query-keys";
import { effectiveSort, filterQuery, type LibraryFilters } from "../filters";

/** The first page is short, to be there at once; later ones are longer, since scrolling asks for many. */
export const firstPageSize = 100;
export const laterPageSize = 200;

export function useFileList(filters: LibraryFilters) {
  const query = { ...filterQuery(filters), sort: effectiveSort(filters) };
  const list = useInfiniteQuery({
    queryKey: [...queryKeys.fileList, query],
    queryFn: ({ pageParam, signal }) => {
      const limit = pageParam === null ? firstPageSize : laterPageSize;
      const params = { query: { ...query, limit, cursor: pageParam ?? undefined } };
      return unwrap(api.GET("/api/v1/files", { params, signal }));
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });
  const pages = list.data?.pages;
  const items = useMemo(() => {
    // A file may stand on two pages when the catalog changed between the two answers.
    const byId = new Map(
      (pages ?? []).flatMap((page) => page.items).map((file) => [file.id, file]),
    );
    return [...byId.values()];
  }, [pages]);
  return { list, items, total: pages?.[0] ?? null };
}
