import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "@/lib/api/client";
import { unwrap } from "@/lib/api/problem";
import { queryKeys } from "@/lib/api/query-keys";
import { type Show, statesOf } from "../letter-search";

const pageSize = 100;
/** The live feed does not tell of dead letters. */
const calmMs = 10_000;
/** While one is on its way back, which takes the populator seconds. */
const soonMs = 2000;

export function useLetterList(show: Show, error: string | undefined) {
  const query = { state: statesOf[show], error };
  const list = useInfiniteQuery({
    queryKey: [...queryKeys.deadLetters, "list", query],
    queryFn: ({ pageParam, signal }) => {
      const params = { query: { ...query, limit: pageSize, cursor: pageParam ?? undefined } };
      return unwrap(api.GET("/api/v1/dead-letters", { params, signal }));
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    staleTime: 0,
    refetchInterval: ({ state }) => {
      const shown = state.data?.pages.flatMap((page) => page.items) ?? [];
      return shown.some((letter) => letter.state === "requested") ? soonMs : calmMs;
    },
  });
  const pages = list.data?.pages;
  const letters = useMemo(() => {
    // One that failed again between the two answers may stand on two pages.
    const all = (pages ?? []).flatMap((page) => page.items);
    return [...new Map(all.map((letter) => [letter.id, letter])).values()];
  }, [pages]);
  return { list, letters };
}
