import type { QueryClient, QueryKey } from "@tanstack/react-query";
import { queryKeys } from "./api/query-keys";
import type { RootStatus, Stats } from "./api/types";
import type { LiveEvent, RootProgress } from "./live-events";

/** A query to ask for again, at most once in `everyMs` however many events come. */
export interface Refetch {
  key: QueryKey;
  everyMs: number;
}

type Rule<T extends LiveEvent["type"]> = (
  event: Extract<LiveEvent, { type: T }>,
  client: QueryClient,
) => Refetch[];

const list: Refetch = { key: queryKeys.fileList, everyMs: 500 };
const facets: Refetch = { key: queryKeys.facets, everyMs: 2000 };
const stats: Refetch = { key: queryKeys.stats, everyMs: 1000 };
const letters: Refetch = { key: queryKeys.deadLetters, everyMs: 2000 };
const everything: Refetch[] = [{ key: queryKeys.files, everyMs: 500 }, facets, stats, letters];

function withProgress(before: RootStatus[], roots: RootProgress[]): RootStatus[] {
  const lists = new Map(
    before.map(({ root, skipped, corrupted }) => [root, { skipped, corrupted }]),
  );
  const fresh = new Set(roots.map((root) => root.root));
  const others = before.filter((root) => !fresh.has(root.root));
  return [
    ...others,
    ...roots.map((root) => ({ skipped: [], corrupted: [], ...lists.get(root.root), ...root })),
  ].sort((a, b) => a.root.localeCompare(b.root));
}

function sameLists(before: RootStatus[], roots: RootProgress[]): boolean {
  const counts = new Map(before.map((root) => [root.root, root]));
  return roots.every(({ root, skipped_count, corrupted_count }) => {
    const known = counts.get(root);
    return known?.skipped_count === skipped_count && known.corrupted_count === corrupted_count;
  });
}

/** The one table from live event to what the page patches and refetches. */
export const liveTable: { [T in LiveEvent["type"]]: Rule<T> } = {
  hello: ({ position }, client) => {
    // What changed between the first answers and this connection was told to nobody.
    const known = client.getQueryData<Stats>(queryKeys.stats)?.position;
    return known === position ? [] : everything;
  },
  changes: ({ items }, client) => {
    if (!items.some((item) => item.entity === "file")) return [stats];
    const open = items
      .map((item) => queryKeys.file(item.id))
      .filter((key) => client.getQueryState(key) !== undefined);
    return [list, facets, stats, ...open.map((key) => ({ key, everyMs: 500 }))];
  },
  reset: () => everything,
  progress: ({ roots }, client) => {
    const before = client.getQueryData<Stats>(queryKeys.stats);
    if (before === undefined) return [];
    client.setQueryData<Stats>(queryKeys.stats, {
      ...before,
      roots: withProgress(before.roots, roots),
    });
    // Progress counts what was skipped or corrupted but does not list it.
    return sameLists(before.roots, roots) ? [] : [stats];
  },
  ping: () => [],
};

/** What `event` asks for again, by the table; the patches are made on the way. */
export function applyLiveEvent<T extends LiveEvent["type"]>(
  event: Extract<LiveEvent, { type: T }>,
  client: QueryClient,
): Refetch[] {
  const rule: Rule<T> = liveTable[event.type as T];
  return rule(event, client);
}
