import type { RootStatus } from "./api/types";

/** One change of the catalog, as `/api/v1/live` tells it. */
export interface Change {
  position: number;
  entity: string;
  id: string;
  op: "created" | "updated" | "deleted";
  timestamp: string;
}

/** A root without its lists, which only an answer has. */
export type RootProgress = Omit<RootStatus, "skipped" | "corrupted">;

/** What the server sends over `/api/v1/live`. */
export type LiveEvent =
  | { type: "hello"; position: number; version: string }
  | { type: "changes"; position: number; items: Change[] }
  | { type: "reset"; position: number }
  | { type: "progress"; roots: RootProgress[] }
  | { type: "ping"; position: number };

const types: ReadonlySet<unknown> = new Set(["hello", "changes", "reset", "progress", "ping"]);

/** The frame's event; null for a frame of a kind that this page does not know (yet). */
export function parseLiveEvent(frame: unknown): LiveEvent | null {
  if (typeof frame !== "string") return null;
  try {
    const event: unknown = JSON.parse(frame);
    const known =
      typeof event === "object" && event !== null && "type" in event && types.has(event.type);
    return known ? (event as LiveEvent) : null;
  } catch {
    return null;
  }
}
