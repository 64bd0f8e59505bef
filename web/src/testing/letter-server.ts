import { HttpResponse, http } from "msw";
import type { LetterState, WholeDeadLetter } from "@/lib/api/types";
import { library } from "./library";
import { note, problem } from "./server-parts";

interface Choice {
  queue?: string;
  error?: string;
  reason?: string;
}

const fits = (letter: WholeDeadLetter, { queue, error, reason }: Choice): boolean =>
  (queue === undefined || letter.queue === queue) &&
  (error === undefined || letter.error === error) &&
  (reason === undefined || letter.reason.toLowerCase().includes(reason.toLowerCase()));

const becomes = (operation: string): LetterState =>
  operation === "requeue" ? "requested" : "discarded";

function page({ searchParams }: URL) {
  const states = searchParams.getAll("state");
  const error = searchParams.get("error") ?? undefined;
  const limit = Number(searchParams.get("limit") ?? 50);
  const start = Number(searchParams.get("cursor") ?? 0);
  const matching = library.letters.filter(
    (letter) => states.includes(letter.state) && fits(letter, { error }),
  );
  const next = start + limit < matching.length ? String(start + limit) : null;
  return { items: matching.slice(start, start + limit), next };
}

function counts() {
  const lines = new Map<
    string,
    { queue: string; error: string; state: LetterState; number: number }
  >();
  for (const { queue, error, state } of library.letters) {
    const key = [queue, error, state].join();
    lines.set(key, { queue, error, state, number: (lines.get(key)?.number ?? 0) + 1 });
  }
  return { items: [...lines.values()] };
}

function change(letter: WholeDeadLetter, operation: string): WholeDeadLetter {
  const changed = { ...letter, state: becomes(operation), actor: "owner" };
  library.letters = library.letters.map((one) => (one === letter ? changed : one));
  return changed;
}

export const letterHandlers = [
  http.get("*/api/v1/dead-letters", ({ request }) => HttpResponse.json(page(note(request)))),
  http.get("*/api/v1/dead-letters/counts", ({ request }) => {
    note(request);
    return HttpResponse.json(counts());
  }),
  http.get("*/api/v1/dead-letters/:id", ({ request, params }) => {
    note(request);
    const letter = library.letters.find(({ id }) => id === params.id);
    return letter
      ? HttpResponse.json(letter)
      : problem(404, { title: "Not found", detail: `no dead letter has the id ${params.id}` });
  }),
  http.post("*/api/v1/dead-letters/:operation", async ({ request, params }) => {
    note(request);
    const operation = String(params.operation);
    const body = (await request.json()) as Choice;
    library.wishes.push([operation, body]);
    const chosen = library.letters.filter((one) => one.state === "dead" && fits(one, body));
    for (const letter of chosen) change(letter, operation);
    return HttpResponse.json({ changed: chosen.length });
  }),
  http.post("*/api/v1/dead-letters/:id/:operation", ({ request, params }) => {
    note(request);
    const operation = String(params.operation);
    library.wishes.push([operation, params.id]);
    const letter = library.letters.find(({ id }) => id === params.id);
    if (letter === undefined) return problem(404, { detail: "no such letter" });
    if (letter.state === "requested") return problem(409, { detail: "It is on its way already." });
    return HttpResponse.json(change(letter, operation));
  }),
];
