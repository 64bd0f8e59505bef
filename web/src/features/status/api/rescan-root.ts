import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "@/lib/api/client";
import { csrfHeader } from "@/lib/api/csrf";
import { unwrap } from "@/lib/api/problem";

/** Asks ingest to scan one root again, or all with null. */
export function useRescan() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (root: string | null) =>
      unwrap(
        api.POST("/api/v1/roots/rescan", {
          params: { header: csrfHeader(client) },
          body: { root },
        }),
      ),
  });
}
