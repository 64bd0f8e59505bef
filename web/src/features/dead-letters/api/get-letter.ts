import { useQuery } from "@tanstack/react-query";
import { api } from "@/lib/api/client";
import { unwrap } from "@/lib/api/problem";
import { queryKeys } from "@/lib/api/query-keys";

export function useLetter(id: string | undefined) {
  return useQuery({
    queryKey: [...queryKeys.deadLetters, "detail", id],
    queryFn: ({ signal }) => {
      const params = { path: { letter_id: id ?? "" } };
      return unwrap(api.GET("/api/v1/dead-letters/{letter_id}", { params, signal }));
    },
    enabled: id !== undefined,
    staleTime: 0,
  });
}
