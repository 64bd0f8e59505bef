interface Pictured {
  id: string;
  sha256_hash: string | null;
  has_artwork: boolean;
}

/** One that the file surely has failed for a passing reason, such as busy workers. */
const askAgainAfterMs = 60_000;

/**
 * Which files turned out to have no picture, so that none is asked for twice: an `<img>` that failed
 * would be requested anew with every scroll past it. New content is asked for once more. Kept for as
 * long as the page is open; of more than `limit` the oldest are forgotten.
 */
export class FailedPictures {
  private readonly failures = new Map<string, number>();
  private readonly limit: number;
  private readonly now: () => number;

  constructor(limit = 20_000, now: () => number = Date.now) {
    this.limit = limit;
    this.now = now;
  }

  add(file: Pictured): void {
    this.failures.set(keyOf(file), this.now());
    if (this.failures.size <= this.limit) return;
    for (const oldest of this.failures.keys()) {
      this.failures.delete(oldest);
      return;
    }
  }

  has(file: Pictured): boolean {
    const failedAt = this.failures.get(keyOf(file));
    if (failedAt === undefined) return false;
    return !file.has_artwork || this.now() - failedAt < askAgainAfterMs;
  }
}

const keyOf = ({ id, sha256_hash }: Pictured): string => `${id} ${sha256_hash ?? ""}`;

export const failedPictures = new FailedPictures();
