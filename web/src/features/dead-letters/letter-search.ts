import type { LetterState } from "@/lib/api/types";

export const shows = ["waiting", "sent", "discarded"] as const;
export type Show = (typeof shows)[number];

/** What the page's address says: which letters are listed, and the one that is looked at. */
export interface LetterSearch {
  /** Those that wait for a person when it is not given. */
  show?: Exclude<Show, "waiting">;
  error?: string;
  letter?: string;
}

export const statesOf: Record<Show, LetterState[]> = {
  waiting: ["dead", "requested"],
  sent: ["requeued"],
  discarded: ["discarded"],
};

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

export function parseLetterSearch(raw: Record<string, unknown>): LetterSearch {
  const show = raw.show === "sent" || raw.show === "discarded" ? raw.show : undefined;
  return { show, error: text(raw.error), letter: text(raw.letter) };
}
