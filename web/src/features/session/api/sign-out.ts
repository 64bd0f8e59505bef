import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "@/lib/api/client";
import { csrfHeader } from "@/lib/api/csrf";
import { unwrap } from "@/lib/api/problem";
import { queryKeys } from "@/lib/api/query-keys";

export function useSignOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () =>
      unwrap(api.POST("/api/v1/session/sign-out", { params: { header: csrfHeader(client) } })),
    onSuccess: async () => {
      // Asking again answers 401 and shows the sign-in page; then nothing of the session stays behind.
      await client.resetQueries({ queryKey: queryKeys.session });
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== queryKeys.session[0] });
    },
  });
}
