import type { RootStatus } from "@/lib/api/types";

type State = RootStatus["state"];
/** With what was asked for and is not yet done. */
export type ShownState = State | "pausing" | "resuming";
export type Tone = "calm" | "busy" | "warn" | "bad";

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
const restingStates: ReadonlySet<State> = new Set(["paused", "stopped"]);
const pausableStates: ReadonlySet<State> = new Set([...busyStates, "watching", "degraded"]);

export const stateNames: Record<ShownState, string> = {
  starting: "Starting",
  scanning: "Scanning",
  watching: "Watching",
  pausing: "Pausing",
  paused: "Paused",
  resuming: "Resuming",
  unavailable: "Unavailable",
  degraded: "Degraded",
  stopped: "Stopped",
};

/** The ingestor follows a wish within two seconds: until then the wish shows. */
export function shownState({ state, paused }: RootStatus): ShownState {
  if (paused && pausableStates.has(state)) return "pausing";
  return !paused && state === "paused" ? "resuming" : state;
}

export const isTroubled = (root: RootStatus): boolean => troubledStates.has(root.state);
/** Its state is not as it should be, or some of its content is not. */
export const needsAttention = (root: RootStatus): boolean =>
  isTroubled(root) || root.corrupted_count > 0;
export const isBusy = (root: RootStatus): boolean =>
  busyStates.has(root.state) || (root.left > 0 && !restingStates.has(root.state));

export function toneOf(root: RootStatus): Tone {
  if (root.state === "unavailable") return "bad";
  if (root.state === "degraded" || root.state === "stopped") return "warn";
  return isBusy(root) ? "busy" : "calm";
}

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
    troubled: roots.some(needsAttention),
  };
}
