import { useQuery } from "@tanstack/react-query";
import { api } from "@/lib/api/client";
import { unwrap } from "@/lib/api/problem";
import { queryKeys } from "@/lib/api/query-keys";

export function useLetterCounts() {
  return useQuery({
    queryKey: [...queryKeys.deadLetters, "counts"],
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/dead-letters/counts", { signal })),
    staleTime: 0,
    refetchInterval: 10_000,
  });
}
