import { HttpResponse } from "msw";
import type { Problem } from "@/lib/api/types";
import { library } from "./library";

/** Keeps the request to be looked at. */
export function note(request: Request): URL {
  const url = new URL(request.url);
  library.requests.push(url);
  return url;
}

export function problem(status: number, over: Partial<Problem> = {}): HttpResponse<Problem> {
  const body: Problem = {
    type: "about:blank",
    title: "Refused",
    status,
    code: "refused",
    detail: "It was refused.",
    instance: "/api/v1",
    request_id: "req-1",
    errors: null,
    position: null,
    length: null,
    suggestion: null,
    ...over,
  };
  const headers = { "content-type": "application/problem+json", "X-Request-ID": body.request_id };
  return HttpResponse.json(body, { status, headers });
}
