/** The URL's query as plain repeated keys (`?kind=audio&kind=video`), readable and editable by hand. */
export type RawSearch = Record<string, string | string[]>;

export function parseSearch(query: string): RawSearch {
  const parsed: RawSearch = {};
  for (const [key, value] of new URLSearchParams(query)) {
    const before = parsed[key];
    if (before === undefined) parsed[key] = value;
    else parsed[key] = Array.isArray(before) ? [...before, value] : [before, value];
  }
  return parsed;
}

export function stringifySearch(search: Record<string, unknown>): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null && one !== "") params.append(key, String(one));
    }
  }
  const query = params.toString();
  return query === "" ? "" : `?${query}`;
}
