import { HttpResponse, http } from "msw";
import { setupServer } from "msw/node";
import { letterHandlers } from "./letter-server";
import { library } from "./library";
import { note, problem } from "./server-parts";

export { problem };

function page({ searchParams }: URL) {
  const kinds = searchParams.getAll("kind");
  const statuses = searchParams.getAll("status");
  const matching = library.files.filter(
    (file) =>
      (kinds.length === 0 || kinds.includes(file.kind)) &&
      (statuses.length === 0 || statuses.includes(file.status)),
  );
  const limit = Number(searchParams.get("limit") ?? 50);
  const cursor = searchParams.get("cursor");
  const start = cursor === null ? 0 : matching.findIndex((file) => file.id === cursor) + 1;
  const items = matching.slice(start, start + limit);
  const more = start + limit < matching.length;
  return { items, next: more ? (items.at(-1)?.id ?? null) : null, total: matching.length };
}

interface RootBody {
  root: string | null;
}

/** Notes the wish; pausing and resuming are done as soon as they are asked for. */
async function wish(operation: string, request: Request) {
  note(request);
  const body = (await request.json()) as RootBody;
  library.wishes.push([operation, body]);
  const concerned = library.roots.filter(({ root }) => body.root === null || root === body.root);
  if (operation !== "rescan") {
    library.roots = library.roots.map((root) =>
      concerned.includes(root) ? { ...root, paused: operation === "pause" } : root,
    );
  }
  return HttpResponse.json({ requested: concerned.map(({ root }) => root) }, { status: 202 });
}

/** The API as the contract tells it, over `library`. */
export const server = setupServer(
  http.get("*/api/v1/session", ({ request }) => {
    note(request);
    return HttpResponse.json({
      principal: "owner",
      role: "admin",
      csrf_token: "csrf-1",
      version: "0.1.0",
    });
  }),
  http.get("*/api/v1/files", ({ request }) => HttpResponse.json(page(note(request)))),
  http.get("*/api/v1/files/:id", ({ request, params }) => {
    note(request);
    const detail = library.details.get(String(params.id));
    if (detail) return HttpResponse.json(detail);
    return problem(404, { code: "not_found", title: "Not found", detail: "No such file." });
  }),
  http.get("*/api/v1/stats", ({ request }) => {
    note(request);
    return HttpResponse.json(library.stats());
  }),
  http.post("*/api/v1/roots/:operation", ({ request, params }) =>
    wish(String(params.operation), request),
  ),
  ...letterHandlers,
  http.get("*/api/v1/facets", ({ request }) => {
    note(request);
    return HttpResponse.json({ kind: library.count("kind"), format: library.count("format") });
  }),
);
