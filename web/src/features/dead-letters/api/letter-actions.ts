import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "@/lib/api/client";
import { csrfHeader } from "@/lib/api/csrf";
import { ApiProblem, unwrap } from "@/lib/api/problem";
import { queryKeys } from "@/lib/api/query-keys";

export interface Choice {
  queue?: string;
  error?: string;
  reason?: string;
}

/** What a person wants done: with these letters, or with all that wait and fit. */
export type LetterRequest = { action: "requeue" | "discard" } & (
  | { ids: string[] }
  | { where: Choice }
);

export interface LetterOutcome {
  changed: number;
  /** Why it was fewer than were asked for. */
  problem: ApiProblem | null;
}

type Headers = ReturnType<typeof csrfHeader>;

async function sendAll({ action, where }: { action: string; where: Choice }, header: Headers) {
  const request = { params: { header }, body: where };
  const answer =
    action === "requeue"
      ? api.POST("/api/v1/dead-letters/requeue", request)
      : api.POST("/api/v1/dead-letters/discard", request);
  return { changed: (await unwrap(answer)).changed, problem: null };
}

async function sendOne(action: string, id: string, header: Headers) {
  const params = { path: { letter_id: id }, header };
  await unwrap(
    action === "requeue"
      ? api.POST("/api/v1/dead-letters/{letter_id}/requeue", { params })
      : api.POST("/api/v1/dead-letters/{letter_id}/discard", { params }),
  );
}

/** One that somebody else settled meanwhile does not stop the others. */
const isSettled = (error: ApiProblem): boolean => error.status === 404 || error.status === 409;

async function sendEach(
  { action, ids }: { action: string; ids: string[] },
  header: Headers,
): Promise<LetterOutcome> {
  let changed = 0;
  let problem: ApiProblem | null = null;
  for (const id of ids) {
    try {
      await sendOne(action, id, header);
      changed += 1;
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      problem ??= error;
      if (!isSettled(error)) break;
    }
  }
  if (changed === 0 && problem !== null) throw problem;
  return { changed, problem };
}

export function useLetterAction() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (request: LetterRequest): Promise<LetterOutcome> => {
      const header = csrfHeader(client);
      return "ids" in request ? sendEach(request, header) : sendAll(request, header);
    },
    onSettled: () => {
      void client.invalidateQueries({ queryKey: queryKeys.deadLetters });
      void client.invalidateQueries({ queryKey: queryKeys.stats });
    },
  });
}

export type Act = ReturnType<typeof useLetterAction>;
