import { screen, within } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import type { Media } from "@/lib/api/types";
import { aDetail, aMedia } from "@/testing/builders";
import { expectAccessible } from "@/testing/expect-accessible";
import { library } from "@/testing/library";
import { mountPage } from "@/testing/mount";

type Of<K extends keyof Media> = NonNullable<Media[K]>;

function open(media: Partial<Media>) {
  const file = aDetail({ kind: "document", media: aMedia({ kind: "document", ...media }) });
  library.details.set(file.id, file);
  return mountPage(`/files/${file.id}`);
}

const section = async (name: string) => within(await screen.findByRole("region", { name }));

const sums = (over: Partial<Of<"checksums">> = {}): Of<"checksums"> => ({
  algorithm: "sha256",
  entries: 12,
  matched: 12,
  mismatched: [],
  missing: [],
  unread: [],
  truncated: false,
  ...over,
});

const track = (over: Partial<Of<"cue">["tracks"][number]>): Of<"cue">["tracks"][number] => ({
  number: 1,
  title: null,
  performer: null,
  isrc: null,
  start_ms: null,
  file: null,
  ...over,
});

const nfo: Of<"nfo"> = {
  type: "episode",
  title: "Pilot",
  original_title: null,
  show_title: "Winter Atlas",
  year: 2004,
  date: null,
  season: 0,
  episode: 1,
  tagline: null,
  outline: null,
  plot: "It snows.",
  runtime_minutes: 42,
  rating: 7.5,
  genres: ["Drama", "Snow"],
  studios: [],
  directors: [],
  artists: [],
  actors: [],
  ids: { imdb: "tt0000001" },
};

describe("files beside media", () => {
  test("a cue sheet shows its tracks with their times", async () => {
    const tracks = [
      track({ number: 1, title: "Dawn", performer: "Ada", start_ms: 0 }),
      track({ number: 2, start_ms: 61_000, file: "side-b.wav" }),
    ];
    open({
      cue: {
        title: "First Light",
        performer: "Ada",
        genre: null,
        date: "2004",
        files: ["side-a.wav", "side-b.wav"],
        tracks,
        truncated: true,
      },
    });
    const cue = await section("Cue sheet");
    expect(cue.getByText("First Light")).toBeVisible();
    expect(cue.getByText("side-a.wav, side-b.wav")).toBeVisible();
    const [first, second] = cue.getAllByRole("listitem");
    expect(first).toHaveTextContent(/1DawnAda0:00/);
    expect(second).toHaveTextContent(/2Track 2side-b\.wav1:01/);
    expect(cue.getByText(/has more than are kept/)).toBeVisible();
    await expectAccessible();
  });

  test("a description shows what it says of film or album", async () => {
    open({ nfo });
    const facts = await section("Description");
    for (const text of ["Episode", "Pilot", "Winter Atlas", "Specials", "42 min", "Drama, Snow"]) {
      expect(facts.getAllByText(text)[0]).toBeVisible();
    }
    expect(facts.getByText("It snows.")).toBeVisible();
    expect(facts.getByText("IMDb").nextSibling).toHaveTextContent("tt0000001");
    expect(facts.queryByText("Studios")).not.toBeInTheDocument();
  });

  test("checksums that all match say so", async () => {
    open({ checksums: sums() });
    const part = await section("Checksums (SHA-256)");
    expect(part.getByText("All 12 files match")).toBeVisible();
    expect(part.queryByRole("note")).not.toBeInTheDocument();
    await expectAccessible();
  });

  test("files that do not match are named, with those that are not there", async () => {
    open({
      checksums: sums({
        algorithm: "crc32",
        matched: 9,
        mismatched: ["rot.flac"],
        missing: ["gone.flac"],
        unread: ["../outside.flac"],
      }),
    });
    const part = await section("Checksums (CRC-32)");
    const note = within(part.getByRole("note"));
    expect(note.getByText("1 file does not match")).toBeVisible();
    expect(note.getByText("rot.flac")).toBeVisible();
    expect(part.getByText("9 files match")).toBeVisible();
    expect(part.getByRole("heading", { name: "Not there" })).toBeVisible();
    expect(part.getByText("gone.flac")).toBeVisible();
    expect(part.getByRole("heading", { name: "Could not be compared" })).toBeVisible();
    expect(part.getByText("../outside.flac")).toBeVisible();
    await expectAccessible();
  });

  test("checksums that were not compared yet promise nothing", async () => {
    open({ checksums: sums({ matched: null }) });
    const part = await section("Checksums (SHA-256)");
    expect(part.getByText("12 files, not compared yet")).toBeVisible();
    expect(part.queryByText(/match/)).not.toBeInTheDocument();
  });

  test("a long playlist shows its first entries, and all on request", async () => {
    const entries = Array.from({ length: 120 }, (_, at) => ({
      path: `song-${at + 1}.mp3`,
      title: at === 0 ? "First song" : null,
      duration_ms: at === 0 ? 61_000 : null,
    }));
    const { user } = open({ playlist: { title: "Mine", entries, count: 120, truncated: false } });
    const list = await section("Playlist: Mine");
    expect(list.getAllByRole("listitem")).toHaveLength(50);
    expect(list.getAllByRole("listitem")[0]).toHaveTextContent("1First songsong-1.mp31:01");
    await user.click(list.getByRole("button", { name: "Show all 120" }));
    expect(list.getAllByRole("listitem")).toHaveLength(120);
    expect(list.getByText("song-120.mp3")).toBeVisible();
  });

  test("lyrics, subtitles and notes show what is in them", async () => {
    open({
      lyrics: {
        synced: true,
        title: null,
        artist: null,
        album: null,
        lines: [{ text: "Hello\u202e", start_ms: 12_000 }],
        truncated: false,
      },
      subtitle: {
        format: "subrip",
        language: "de",
        languages: [],
        title: null,
        cues: 1204,
        start_ms: 1000,
        end_ms: 61_000,
      },
      xmp: {
        title: null,
        description: "At the lake",
        creators: ["Ada"],
        subjects: ["lake", "dusk"],
        rating: 4,
        label: null,
        date: null,
        tool: null,
      },
    });
    const lyrics = await section("Lyrics, line by line in time");
    expect(lyrics.getByRole("listitem")).toHaveTextContent("Hello\\u202e0:12");
    const subtitles = await section("Subtitles");
    expect(subtitles.getByText("German")).toBeVisible();
    expect(subtitles.getByText("1,204")).toBeVisible();
    expect(subtitles.getByText("0:01 – 1:01")).toBeVisible();
    const notes = await section("Notes");
    expect(notes.getByText("lake, dusk")).toBeVisible();
    expect(notes.getByText("4 stars")).toBeVisible();
  });
});
