import type { QueryClient } from "@tanstack/react-query";
import { queryKeys } from "./query-keys";
import type { Session } from "./types";

/** The proof that state-changing requests carry beside the cookie. */
export function csrfHeader(client: QueryClient): { "X-CSRF-Token"?: string } {
  const token = client.getQueryData<Session>(queryKeys.session)?.csrf_token;
  return token === undefined ? {} : { "X-CSRF-Token": token };
}
