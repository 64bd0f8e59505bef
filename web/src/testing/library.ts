import type { FileDetail, FileItem, RootStatus, Stats, WholeDeadLetter } from "@/lib/api/types";

/** What the answering server (server.ts) has; tests fill it. */
class Library {
  files: FileItem[] = [];
  details = new Map<string, FileDetail>();
  roots: RootStatus[] = [];
  letters: WholeDeadLetter[] = [];
  position = 1;
  /** What was asked for: the operation and its body. */
  wishes: [operation: string, body: unknown][] = [];
  /** Every request to the API, in order. */
  requests: URL[] = [];

  reset(): void {
    this.files = [];
    this.details.clear();
    this.roots = [];
    this.letters = [];
    this.position = 1;
    this.wishes = [];
    this.requests = [];
  }

  /** The queries of the requests to one path. */
  asked(path: string): URLSearchParams[] {
    return this.requests.filter((url) => url.pathname === path).map((url) => url.searchParams);
  }

  count(key: "kind" | "format" | "status" | "availability"): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const file of this.files) {
      const value = file[key] ?? "unknown";
      counts[value] = (counts[value] ?? 0) + 1;
    }
    return counts;
  }

  stats(): Stats {
    return {
      files: this.files.length,
      by_kind: this.count("kind"),
      by_format: this.count("format"),
      by_status: this.count("status"),
      by_availability: this.count("availability"),
      total_size: this.files.reduce((sum, file) => sum + file.size, 0),
      total_duration_ms: 0,
      roots: this.roots,
      position: this.position,
      queues: {},
      dead_letters: this.letters.filter(({ state }) => state === "dead").length,
    };
  }
}

export const library = new Library();
