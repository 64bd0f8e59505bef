import { act, screen, waitFor, within } from "@testing-library/react";
import { http } from "msw";
import { describe, expect, test } from "vitest";
import { aProgress, aRoot } from "@/testing/builders";
import { expectAccessible } from "@/testing/expect-accessible";
import { library } from "@/testing/library";
import { mountPage } from "@/testing/mount";
import { problem, server } from "@/testing/server";

const time = "2024-01-01T12:00:00.000000+00:00";

async function openFolders() {
  const page = mountPage("/folders");
  await screen.findByRole("heading", { level: 1, name: "Folders" });
  return page;
}

const card = async (name = "/music") => within(await screen.findByRole("region", { name }));

describe("folders", () => {
  test("a root tells how far it is, what it lies on and who looks at it", async () => {
    library.roots = [
      aRoot({
        state: "scanning",
        found: 2000,
        done: 1204,
        left: 796,
        rate: 82,
        remaining_seconds: 240,
        storage: "network",
        polled_seconds: 300,
        holder: "attic:4711",
        last_error: { message: "Permission denied", path: "/music/x.flac", time },
      }),
    ];
    await openFolders();
    const root = await card();
    for (const text of [
      "Scanning",
      "2,000",
      "1,204",
      "796",
      "82/s",
      "4 min",
      "Network",
      "Polled every 5 min",
      "attic:4711",
      "/music/x.flac",
      /Permission denied/,
    ]) {
      expect(root.getByText(text)).toBeVisible();
    }
    expect(root.getByRole("progressbar", { name: "Scan of /music" })).toBeVisible();
    expect(screen.getByText(/1,204 of 2,000 files done/)).toBeVisible();
    await expectAccessible();
  });

  test("one that is watched says so, and shows no guesses", async () => {
    library.roots = [aRoot({ storage: "unknown" })];
    await openFolders();
    const root = await card();
    expect(root.queryByText("Storage")).not.toBeInTheDocument();
    expect(root.getByText("Watched: found at once")).toBeVisible();
    expect(root.queryByText("Time to finish")).not.toBeInTheDocument();
    expect(root.queryByRole("progressbar")).not.toBeInTheDocument();
    expect(screen.queryByRole("button", { name: "Pause all" })).not.toBeInTheDocument();
  });

  test("of a paused one it says when changes are found", async () => {
    library.roots = [aRoot({ state: "paused", paused: true, found: 20, left: 5 })];
    await openFolders();
    const root = await card();
    expect(root.getByText("Found after it is resumed")).toBeVisible();
    expect(root.queryByRole("progressbar")).not.toBeInTheDocument();
  });

  test.each([
    ["unavailable", "60 of 60 files disappeared; nothing was deleted.", /goes on by itself/],
    ["degraded", "Out of watches: polled every 30 s.", /not as well as it could/],
    ["stopped", null, /next start/],
  ] as const)("a root that is %s says why and what to do", async (state, message, advice) => {
    library.roots = [aRoot({ state, message })];
    await openFolders();
    const note = within((await card()).getByRole("note"));
    if (message !== null) expect(note.getByText(message)).toBeVisible();
    expect(note.getByText(advice)).toBeVisible();
    await expectAccessible();
  });

  test("one that is not heard of any more says since when", async () => {
    library.roots = [aRoot({ updated_time: time })];
    await openFolders();
    expect((await card()).getByText(/^Last heard of/)).toBeVisible();
  });

  test("files that changed silently and files left out are listed with their reasons", async () => {
    library.roots = [
      aRoot({
        corrupted: [{ path: "/music/rot.flac", reason: "Its content changed" }],
        corrupted_count: 1,
        skipped: [{ path: "/music/pipe", reason: "named pipe" }],
        skipped_count: 141,
      }),
    ];
    const { user } = await openFolders();
    const root = await card();
    expect(root.getByText("1 file changed silently")).toBeVisible();
    expect(root.getByText("/music/rot.flac")).not.toBeVisible();
    await user.click(root.getByRole("button", { name: "1 changed file" }));
    expect(root.getByText("/music/rot.flac")).toBeVisible();
    await user.click(root.getByRole("button", { name: "141 skipped" }));
    expect(root.getByText("and 140 more")).toBeVisible();
    expect(screen.getByText(/1 needs attention/)).toBeVisible();
    expect(screen.getByRole("button", { name: /Library status/ })).toHaveTextContent(
      "A folder needs attention",
    );
    await expectAccessible();
  });

  test("without a folder it says how to give one", async () => {
    await openFolders();
    expect(await screen.findByRole("heading", { name: "No folder is watched" })).toBeVisible();
    await expectAccessible();
  });

  test("when nothing is known it can be asked again", async () => {
    server.use(http.get("*/api/v1/stats", () => problem(503), { once: true }));
    library.roots = [aRoot()];
    const { user } = await openFolders();
    await user.click(await screen.findByRole("button", { name: "Try again" }));
    expect((await card()).getByText("Watching")).toBeVisible();
  });

  test("lists that only an answer has survive live frames, and are asked for when they grow", async () => {
    const rotten = { path: "/music/rot.flac", reason: "Its content changed" };
    library.roots = [aRoot({ corrupted: [rotten], corrupted_count: 1 })];
    const { user, live } = await openFolders();
    const root = await card();
    await user.click(root.getByRole("button", { name: "1 changed file" }));
    await waitFor(() => expect(live.connections).toHaveLength(1));
    act(() =>
      live.send({ type: "progress", roots: [aProgress({ corrupted_count: 1, found: 11 })] }),
    );
    expect(await root.findByText("11")).toBeVisible();
    expect(root.getByText("/music/rot.flac")).toBeVisible();
    const more = { path: "/music/more.flac", reason: "Its content changed" };
    library.roots = [aRoot({ corrupted: [more, rotten], corrupted_count: 2 })];
    act(() => live.send({ type: "progress", roots: [aProgress({ corrupted_count: 2 })] }));
    expect(await root.findByText("/music/more.flac")).toBeVisible();
  });
});
