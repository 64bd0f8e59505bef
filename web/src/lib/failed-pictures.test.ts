import { describe, expect, test } from "vitest";
import { FailedPictures } from "./failed-pictures";

const song = { id: "1", sha256_hash: "a", has_artwork: false };
const minute = 60_000;

describe("failed pictures", () => {
  test("a file without a picture of its own is remembered, whatever the time", () => {
    let now = 0;
    const failed = new FailedPictures(10, () => now);
    expect(failed.has(song)).toBe(false);
    failed.add(song);
    now = 100 * minute;
    expect(failed.has(song)).toBe(true);
  });

  test("new content is asked for again", () => {
    const failed = new FailedPictures();
    failed.add(song);
    expect(failed.has({ ...song, sha256_hash: "b" })).toBe(false);
    expect(failed.has({ ...song, sha256_hash: null })).toBe(false);
  });

  test("a picture that is there failed for the moment only", () => {
    let now = 0;
    const failed = new FailedPictures(10, () => now);
    const tagged = { ...song, has_artwork: true };
    failed.add(tagged);
    now = minute - 1;
    expect(failed.has(tagged)).toBe(true);
    now = minute;
    expect(failed.has(tagged)).toBe(false);
  });

  test("it holds no more than its limit: the oldest go", () => {
    const failed = new FailedPictures(2);
    const files = ["1", "2", "3"].map((id) => ({ ...song, id }));
    for (const file of files) failed.add(file);
    expect(files.map((file) => failed.has(file))).toEqual([false, true, true]);
  });
});
