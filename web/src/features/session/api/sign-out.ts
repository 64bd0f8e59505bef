import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "@/lib/api/client";
import { csrfHeader } from "@/lib/api/csrf";
import { unwrap } from "@/lib/api/problem";

export function useSignOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () =>
      unwrap(api.POST("/api/v1/session/sign-out", { params: { header: csrfHeader(client) } })),
    // Nothing of the session stays behind; asking again answers 401 and shows the sign-in page.
    onSuccess: () => client.resetQueries(),
  });
}
