import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { RefetchThrottle } from "./refetch-throttle";

let asked: unknown[];
let answerAfterMs: number;
let throttle: RefetchThrottle;

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  answerAfterMs = 0;
  throttle = new RefetchThrottle(async (key) => {
    asked.push(key);
    await new Promise((resolve) => setTimeout(resolve, answerAfterMs));
  });
});

afterEach(() => {
  throttle.stop();
  vi.useRealTimers();
});

const list = { key: ["files"], everyMs: 500 };

describe("RefetchThrottle", () => {
  test("the first request is made at once, those of a burst once at its interval", async () => {
    for (let n = 0; n < 50; n += 1) throttle.request(list);
    expect(asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(499);
    expect(asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(2);
    expect(asked).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(5000);
    expect(asked).toHaveLength(2);
  });

  test("a request during an answer is made after it", async () => {
    answerAfterMs = 200;
    throttle.request(list);
    await vi.advanceTimersByTimeAsync(100);
    throttle.request(list);
    await vi.advanceTimersByTimeAsync(450);
    expect(asked).toHaveLength(2);
  });

  test("a slow server is asked less", async () => {
    answerAfterMs = 3000;
    throttle.request(list);
    throttle.request(list);
    await vi.advanceTimersByTimeAsync(5900);
    expect(asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(asked).toHaveLength(2);
  });

  test("keys do not wait for one another", () => {
    throttle.request(list);
    throttle.request({ key: ["stats"], everyMs: 1000 });
    expect(asked).toEqual([["files"], ["stats"]]);
  });
});
