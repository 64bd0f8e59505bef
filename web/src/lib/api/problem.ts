import type { Problem } from "./types";

/** What the API (or the network) refused, in words that can be shown. `status` is 0 without an answer. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly requestId: string | null;

  constructor(
    problem: Pick<Problem, "status" | "code" | "title" | "detail">,
    requestId?: string | null,
  ) {
    super(problem.detail || problem.title);
    this.status = problem.status;
    this.code = problem.code;
    this.title = problem.title;
    this.requestId = requestId ?? null;
  }
}

function isProblem(body: unknown): body is Problem {
  return typeof body === "object" && body !== null && "detail" in body && "title" in body;
}

function fromResponse(response: Response, body: unknown): ApiProblem {
  const requestId = response.headers.get("X-Request-ID");
  if (isProblem(body)) {
    return new ApiProblem({ ...body, status: response.status }, body.request_id ?? requestId);
  }
  const title = response.statusText || "Unexpected answer";
  const detail = `The server answered ${response.status} without saying why.`;
  return new ApiProblem({ status: response.status, code: "unexpected", title, detail }, requestId);
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The answer's data; throws `ApiProblem` for a refusal and for a server that can't be reached. */
export async function unwrap<T>(answer: Promise<Answer<T>>): Promise<T> {
  let settled: Answer<T>;
  try {
    settled = await answer;
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new ApiProblem({
      status: 0,
      code: "unreachable",
      title: "Apollonia can't be reached",
      detail: "No answer from the server. Check that Apollonia is still running, then try again.",
    });
  }
  if (!settled.response.ok) throw fromResponse(settled.response, settled.error);
  return settled.data as T;
}

export function isNotFound(error: unknown): boolean {
  return error instanceof ApiProblem && error.status === 404;
}

export function isUnauthenticated(error: unknown): boolean {
  return error instanceof ApiProblem && error.status === 401;
}
