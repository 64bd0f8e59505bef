import type { FileStatus, Kind, Sort } from "@/lib/api/types";

export type View = "grid" | "list";

/** What the library shows, as it stands in the URL; what is absent is at its default. */
export interface LibraryFilters {
  q?: string;
  kind?: Kind[];
  format?: string[];
  status?: FileStatus[];
  missing?: boolean;
  folder?: string;
  sort?: Sort;
  view?: View;
}

export type FilterChange = Partial<{ [K in keyof LibraryFilters]: LibraryFilters[K] | undefined }>;

export const kinds: readonly Kind[] = ["audio", "video", "image", "subtitle", "document", "other"];
export const mediaKinds: readonly Kind[] = ["audio", "video", "image"];
const statuses: readonly FileStatus[] = ["cataloged", "unreadable", "skipped"];

export const sortNames: Partial<Record<Sort, string>> = {
  relevance: "Best match",
  "-added": "Newest first",
  added: "Oldest first",
  title: "Title",
  artist: "Artist",
  album: "Album",
  "-duration": "Longest first",
  duration: "Shortest first",
  "-size": "Largest first",
  size: "Smallest first",
  "-modified": "Last changed",
  path: "Path",
};

const allSorts: ReadonlySet<string> = new Set([
  ...Object.keys(sortNames),
  "-title",
  "-artist",
  "-album",
  "-path",
  "modified",
]);

function texts(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).filter(
    (one): one is string => typeof one === "string" && one !== "",
  );
}

function chosen<T extends string>(value: unknown, allowed: readonly T[]): T[] | undefined {
  const picked = allowed.filter((one) => texts(value).includes(one));
  return picked.length > 0 ? picked : undefined;
}

/** Filters from a URL that anyone may have typed: what is not understood is left out. */
export function parseFilters(raw: Record<string, unknown>): LibraryFilters {
  const filters: LibraryFilters = {};
  const [q] = texts(raw.q);
  const [folder] = texts(raw.folder);
  const [sort] = texts(raw.sort);
  const format = [...new Set(texts(raw.format))];
  const kind = chosen(raw.kind, kinds);
  const status = chosen(raw.status, statuses);
  if (q !== undefined) filters.q = q;
  if (kind) filters.kind = kind;
  if (format.length > 0) filters.format = format;
  if (status) filters.status = status;
  if (texts(raw.missing)[0] === "true" || raw.missing === true) filters.missing = true;
  if (folder !== undefined) filters.folder = folder;
  if (sort !== undefined && allSorts.has(sort)) filters.sort = sort as Sort;
  if (raw.view === "list") filters.view = "list";
  return filters;
}

export function effectiveSort({ sort, q }: LibraryFilters): Sort {
  // Relevance is the order of a search and of nothing else.
  if (sort === "relevance" && !q) return "-added";
  return sort ?? (q ? "relevance" : "-added");
}

/** The filters as `/files` and `/facets` read them. */
export function filterQuery(filters: LibraryFilters) {
  return {
    q: filters.q,
    kind: [...(filters.kind ?? mediaKinds)],
    format: filters.format,
    status: filters.status,
    availability: filters.missing ? ["missing" as const] : undefined,
    folder: filters.folder,
  };
}

/** Whether anything is narrowed down; order and view are no filters. */
export function isFiltered(filters: LibraryFilters): boolean {
  const { q, kind, format, status, missing, folder } = filters;
  return [q, kind, format, status, missing, folder].some((one) => one !== undefined);
}

export const noFilters: FilterChange = {
  q: undefined,
  kind: undefined,
  format: undefined,
  status: undefined,
  missing: undefined,
  folder: undefined,
};
