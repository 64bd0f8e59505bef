import createClient from "openapi-fetch";
import type { paths } from "./schema";

export const api = createClient<paths>({
  baseUrl: window.location.origin,
  credentials: "same-origin",
  // Repeated keys (`kind=audio&kind=video`) are what the API reads.
  querySerializer: { array: { style: "form", explode: true } },
  // Looked up per call, so that a test's interception is seen.
  fetch: (request) => globalThis.fetch(request),
});
