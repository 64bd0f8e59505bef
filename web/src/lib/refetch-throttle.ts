import { hashKey, type QueryKey } from "@tanstack/react-query";
import type { Refetch } from "./live";

interface Lane {
  running: boolean;
  wanted: boolean;
  timer: number | undefined;
}

/**
 * Refetches at once when it is quiet, and in a burst at most once per key and interval, the last
 * request never lost. An answer that takes long stretches the interval, so that a slow server is
 * asked less.
 */
export class RefetchThrottle {
  private readonly lanes = new Map<string, Lane>();
  private stopped = false;
  private readonly ask: (key: QueryKey) => Promise<void>;

  /** `ask` asks the server again and settles with its answer. */
  constructor(ask: (key: QueryKey) => Promise<void>) {
    this.ask = ask;
  }

  request(refetch: Refetch): void {
    const name = hashKey(refetch.key);
    const lane = this.lanes.get(name) ?? { running: false, wanted: false, timer: undefined };
    this.lanes.set(name, lane);
    if (lane.running || lane.timer !== undefined) lane.wanted = true;
    else void this.run(lane, refetch);
  }

  stop(): void {
    this.stopped = true;
    for (const lane of this.lanes.values()) window.clearTimeout(lane.timer);
    this.lanes.clear();
  }

  private async run(lane: Lane, refetch: Refetch): Promise<void> {
    lane.running = true;
    lane.wanted = false;
    const began = performance.now();
    await this.ask(refetch.key);
    lane.running = false;
    if (this.stopped) return;
    const took = performance.now() - began;
    const wait = Math.max(refetch.everyMs - took, took);
    lane.timer = window.setTimeout(() => {
      lane.timer = undefined;
      if (lane.wanted) void this.run(lane, refetch);
      else this.lanes.delete(hashKey(refetch.key));
    }, wait);
  }
}
