import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "./client";
import { csrfHeader } from "./csrf";
import { unwrap } from "./problem";
import { queryKeys } from "./query-keys";
import type { RootStatus, Stats } from "./types";

/** What a person asks of one root, or of all with `root: null`. */
export type RootRequest =
  | { action: "pause"; root: string | null }
  | { action: "resume"; root: string | null }
  /** `folder`: only what lies in it. */
  | { action: "rescan" | "verify"; root: string | null; folder?: string };

function send(request: RootRequest, header: ReturnType<typeof csrfHeader>) {
  const params = { header };
  const { root } = request;
  if (request.action === "pause")
    return api.POST("/api/v1/roots/pause", { params, body: { root } });
  if (request.action === "resume")
    return api.POST("/api/v1/roots/resume", { params, body: { root } });
  const body = { root, folder: request.folder ?? null, verify: request.action === "verify" };
  return api.POST("/api/v1/roots/rescan", { params, body });
}

const concerns = ({ root }: RootRequest, one: RootStatus): boolean =>
  root === null || one.root === root;

/**
 * Asks the ingestors of the roots for something. Pausing and resuming show at once and are taken
 * back when the server refuses; `error` then tells why. `context` has the roots as they were.
 */
export function useRootAction() {
  const client = useQueryClient();
  const setPaused = (pausedOf: (root: RootStatus) => boolean | undefined) =>
    client.setQueryData<Stats>(queryKeys.stats, (stats) => {
      if (stats === undefined) return stats;
      const roots = stats.roots.map((root) => ({ ...root, paused: pausedOf(root) ?? root.paused }));
      return { ...stats, roots };
    });
  return useMutation({
    mutationFn: (request: RootRequest) => unwrap(send(request, csrfHeader(client))),
    onMutate: async (request) => {
      // An answer that is on its way was made before this wish.
      await client.cancelQueries({ queryKey: queryKeys.stats });
      const all = client.getQueryData<Stats>(queryKeys.stats)?.roots ?? [];
      const before = all.filter((root) => concerns(request, root));
      const { action } = request;
      if (action === "pause" || action === "resume") {
        setPaused((root) => (concerns(request, root) ? action === "pause" : undefined));
      }
      return before;
    },
    onError: (_error, { action }, before = []) => {
      if (action !== "pause" && action !== "resume") return;
      setPaused(({ root }) => before.find((one) => one.root === root)?.paused);
    },
    onSettled: () => {
      void client.invalidateQueries({ queryKey: queryKeys.stats });
    },
  });
}
