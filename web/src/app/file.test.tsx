import { act, screen, waitFor, within } from "@testing-library/react";
import { http } from "msw";
import { describe, expect, test } from "vitest";
import type { FileDetail } from "@/lib/api/types";
import { aDetail, aFile, aMedia, aStream } from "@/testing/builders";
import { expectAccessible } from "@/testing/expect-accessible";
import { library } from "@/testing/library";
import { mountPage } from "@/testing/mount";
import { problem, server } from "@/testing/server";

function given(over: Partial<FileDetail> = {}): FileDetail {
  const file = aDetail(over);
  library.details.set(file.id, file);
  return file;
}

const section = async (name: string) => within(await screen.findByRole("region", { name }));

const film = (): Partial<FileDetail> => ({
  kind: "video",
  title: "Winter Atlas",
  width: 1920,
  height: 1080,
  frame_rate: 23.976,
  media: aMedia({
    kind: "video",
    codecs: ["h264", "aac"],
    streams: [
      aStream({ type: "video", codec: "h264", pixel_format: "yuv420p" }),
      aStream({ codec: "aac", language: "en", channel_layout: "5.1" }),
      aStream({ type: "subtitle", codec: "subrip", language: "de", forced: true }),
    ],
    tags: { ...aMedia().tags, composer: "E. Marchetti", other: { encoder: ["Lavf61"] } },
    chapters: [{ start_ms: 0, end_ms: 90_000, title: "Opening" }],
  }),
});

describe("file page", () => {
  test("all facts are there: media, tags, streams, subtitles, chapters", async () => {
    const file = given(film());
    mountPage(`/files/${file.id}`);
    expect(await screen.findByRole("heading", { level: 1, name: "Winter Atlas" })).toBeVisible();
    const facts = await section("Facts");
    expect(facts.getByText("H.264, AAC")).toBeVisible();
    expect(facts.getByText("1920 × 1080")).toBeVisible();
    expect(facts.getByText("23.976 fps")).toBeVisible();
    expect(facts.getByText("1.5 MB (1,500,000 bytes)")).toBeVisible();
    expect((await section("Tags")).getByText("E. Marchetti")).toBeVisible();
    expect((await section("Tags")).getByText("Lavf61")).toBeVisible();
    expect((await section("Streams")).getByText("yuv420p")).toBeVisible();
    expect((await section("Embedded subtitles")).getByText("SubRip")).toBeVisible();
    expect((await section("Embedded subtitles")).getByText("German")).toBeVisible();
    expect((await section("Chapters")).getByText("Opening")).toBeVisible();
    await expectAccessible();
  });

  test("hashes can be copied", async () => {
    const file = given();
    const { user } = mountPage(`/files/${file.id}`);
    await user.click(await screen.findByRole("button", { name: "Copy SHA-256" }));
    expect(await navigator.clipboard.readText()).toBe(file.sha256_hash);
  });

  test("neighbours that are cataloged are links, others are named", async () => {
    const neighbor = {
      role: "subtitle" as const,
      language: "de",
      forced: true,
      kind: null,
      present: true,
    };
    const cover = given({ title: "The cover" });
    const file = given({
      neighbors: [
        { ...neighbor, file_path: "/music/track.de.srt", id: null, present: false },
        { ...neighbor, file_path: "/music/cover.jpg", id: cover.id, kind: "image" },
      ],
    });
    const { user } = mountPage(`/files/${file.id}`);
    const list = await section("Neighbours");
    expect(list.getByText("subtitle · German · forced · missing")).toBeVisible();
    expect(list.queryByRole("link", { name: /track/ })).not.toBeInTheDocument();
    await user.click(list.getByRole("link", { name: /cover\.jpg/ }));
    expect(await screen.findByRole("heading", { level: 1, name: "The cover" })).toBeVisible();
  });

  test("an unreadable, missing file says both", async () => {
    const file = given({
      status: "unreadable",
      reason: "The file ends in the middle of a frame",
      reason_code: "truncated",
      availability: "missing",
      missing_since: "2024-02-01T12:00:00.000000+00:00",
      media: null,
    });
    mountPage(`/files/${file.id}`);
    expect(await screen.findByText("This file could not be read")).toBeVisible();
    expect(screen.getByText(/middle of a frame/)).toHaveTextContent("(truncated)");
    expect(screen.getByText("This file is missing")).toBeVisible();
    expect(screen.getByText(/^Missing since Feb 1, 2024/)).toBeVisible();
    expect(screen.getByTitle(/^Missing since Feb 1, 2024/)).toHaveTextContent("Missing");
    await expectAccessible();
  });

  test.each([
    ["silent_change", "The content of this file changed although nobody wrote to it"],
    ["checksum_mismatch", "Files are not what this one says they are"],
    ["later", "Something about this file is not right"],
  ])("a readable file with the reason %s warns of it", async (reason_code, title) => {
    const file = given({ reason: "Compare it with a backup.", reason_code });
    mountPage(`/files/${file.id}`);
    const note = within(await screen.findByRole("note"));
    expect(note.getByText(title)).toBeVisible();
    expect(note.getByText(/Compare it with a backup/)).toBeVisible();
  });

  test("a damaged file that still opens says what is wrong", async () => {
    const file = given({ media: aMedia({ damage: "12 frames could not be decoded" }) });
    mountPage(`/files/${file.id}`);
    expect(await screen.findByText("12 frames could not be decoded")).toBeVisible();
  });

  test("a change of the open file is seen", async () => {
    const file = given({ title: "Before" });
    const { live } = mountPage(`/files/${file.id}`);
    await screen.findByRole("heading", { name: "Before" });
    await waitFor(() => expect(live.connections).toHaveLength(1));
    library.details.set(file.id, { ...file, title: "After" });
    const change = {
      position: 2,
      entity: "file",
      id: file.id,
      op: "updated" as const,
      timestamp: file.timestamp,
    };
    act(() => live.send({ type: "changes", position: 2, items: [change] }));
    expect(await screen.findByRole("heading", { name: "After" })).toBeVisible();
  });

  test("a file that is taken out of the catalog while it is looked at says so", async () => {
    const file = given({ title: "Purged" });
    const { live } = mountPage(`/files/${file.id}`);
    await screen.findByRole("heading", { name: "Purged" });
    await waitFor(() => expect(live.connections).toHaveLength(1));
    library.details.delete(file.id);
    const change = {
      position: 2,
      entity: "file",
      id: file.id,
      op: "deleted" as const,
      timestamp: file.timestamp,
    };
    act(() => live.send({ type: "changes", position: 2, items: [change] }));
    expect(await screen.findByRole("heading", { name: "There is no such file" })).toBeVisible();
    expect(screen.queryByRole("heading", { name: "Purged" })).not.toBeInTheDocument();
  });

  test("an unknown file is answered in the server's words, with a way to the library", async () => {
    const { user, url } = mountPage("/files/00000000-0000-7000-8000-ffffffffffff");
    expect(await screen.findByText("No such file.")).toBeVisible();
    expect(screen.getByRole("heading", { level: 1, name: "There is no such file" })).toBeVisible();
    expect(screen.queryByRole("button", { name: "Try again" })).not.toBeInTheDocument();
    await expectAccessible();
    await user.click(screen.getByRole("link", { name: "Go to the library" }));
    expect(url().pathname).toBe("/");
  });

  test("a file that could not be asked for can be tried again", async () => {
    const file = given({ title: "Song" });
    server.use(http.get("*/api/v1/files/:id", () => problem(503), { once: true }));
    const { user } = mountPage(`/files/${file.id}`);
    await user.click(await screen.findByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("heading", { name: "Song" })).toBeVisible();
  });

  test.each([
    ["pending", false],
    ["unavailable", false],
    ["failed", true],
  ] as const)("analysis that is %s: shown %j", async (analysis, shown) => {
    const file = given({ analysis });
    mountPage(`/files/${file.id}`);
    expect((await section("Facts")).queryAllByText("Analysis")).toHaveLength(shown ? 1 : 0);
  });

  test("a card opens its page, and back returns to the filtered list", async () => {
    const item = aFile({ title: "Song" });
    library.files = [item];
    given(item);
    const { user, url } = mountPage("/?kind=audio");
    await user.click(await screen.findByRole("link", { name: /Song/ }));
    await user.click(await screen.findByRole("link", { name: "Back" }));
    await screen.findByRole("list", { name: "Files" });
    expect(url().search).toBe("?kind=audio");
  });

  test("an address that leads nowhere says so", async () => {
    mountPage("/nowhere");
    expect(await screen.findByRole("heading", { name: "There is no such page" })).toBeVisible();
  });
});
