import type { RootStatus } from "@/lib/api/types";

type State = RootStatus["state"];

export interface Progress {
  found: number;
  done: number;
  left: number;
  errors: number;
  /** Files per second over all roots; null while none tells. */
  rate: number | null;
  /** 0..100 */
  percent: number;
  busy: boolean;
  /** A root needs a person's eye. */
  troubled: boolean;
}

const busyStates: ReadonlySet<State> = new Set(["starting", "scanning"]);
const troubledStates: ReadonlySet<State> = new Set(["unavailable", "degraded"]);

export const stateNames: Record<State, string> = {
  starting: "Starting",
  scanning: "Scanning",
  watching: "Watching",
  paused: "Paused",
  unavailable: "Unavailable",
  degraded: "Degraded",
  stopped: "Stopped",
};

export const isTroubled = (root: RootStatus): boolean => troubledStates.has(root.state);
export const isBusy = (root: RootStatus): boolean => busyStates.has(root.state) || root.left > 0;

export function percentDone({ found, left }: { found: number; left: number }): number {
  if (found <= 0) return left > 0 ? 0 : 100;
  return Math.max(0, Math.min(100, (100 * (found - left)) / found));
}

/** All roots as one. */
export function totalProgress(roots: RootStatus[]): Progress {
  const sum = (pick: (root: RootStatus) => number) => roots.reduce((n, root) => n + pick(root), 0);
  const rates = roots.flatMap((root) => (root.rate === null ? [] : [root.rate]));
  const found = sum((root) => root.found);
  const left = sum((root) => root.left);
  return {
    found,
    left,
    done: sum((root) => root.done),
    errors: sum((root) => root.errors),
    rate: rates.length === 0 ? null : rates.reduce((a, b) => a + b, 0),
    percent: percentDone({ found, left }),
    busy: roots.some(isBusy),
    troubled: roots.some(isTroubled),
  };
}
