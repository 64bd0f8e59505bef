import { act, screen, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, test, vi } from "vitest";
import { aFile, aProgress, aRoot } from "@/testing/builders";
import { library } from "@/testing/library";
import { mountPage } from "@/testing/mount";

const created = (id: string, position: number) => ({
  position,
  entity: "file",
  id,
  op: "created" as const,
  timestamp: "2024-01-01T12:00:00.000000+00:00",
});

async function mountLive(address = "/") {
  const page = mountPage(address);
  await screen.findByRole("searchbox");
  await waitFor(() => expect(page.live.connections).toHaveLength(1));
  act(() => page.live.hello(1));
  await screen.findByRole("status", { name: "Connection: Live" });
  return page;
}

afterEach(() => vi.restoreAllMocks());

describe("live", () => {
  test("a new file appears as a card within a second", async () => {
    library.files = [aFile({ title: "Old" })];
    const { live } = await mountLive();
    await screen.findByText("Old");
    const file = aFile({ title: "Just dropped in" });
    library.files = [file, ...library.files];
    act(() => live.send({ type: "changes", position: 2, items: [created(file.id, 2)] }));
    expect(await screen.findByText("Just dropped in", {}, { timeout: 1000 })).toBeVisible();
    const counts = await screen.findAllByText("2 files");
    expect(counts[0]).toBeVisible();
  });

  test("a burst of changes is a few refetches, and the last change is not lost", async () => {
    library.files = [aFile()];
    const { live } = await mountLive();
    await screen.findByRole("list", { name: "Files" });
    const before = library.asked("/api/v1/files").length;
    for (let position = 2; position < 42; position += 1) {
      const file = aFile({ title: `Burst ${position}` });
      library.files = [file, ...library.files];
      act(() => live.send({ type: "changes", position, items: [created(file.id, position)] }));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(await screen.findByText("Burst 41", {}, { timeout: 2000 })).toBeVisible();
    expect(library.asked("/api/v1/files").length - before).toBeLessThanOrEqual(5);
  });

  test("what is looked at stays in its place when files appear above it", async () => {
    library.files = Array.from({ length: 90 }, () => aFile());
    const { live } = await mountLive("/?view=list");
    await screen.findByRole("table");
    window.scrollTo(0, 1800);
    window.dispatchEvent(new Event("scroll"));
    const scrolled = vi.spyOn(window, "scrollBy").mockImplementation(() => undefined);
    const added = [aFile(), aFile(), aFile()];
    library.files = [...added, ...library.files];
    act(() =>
      live.send({ type: "changes", position: 2, items: added.map(({ id }) => created(id, 2)) }),
    );
    await waitFor(() => expect(scrolled).toHaveBeenCalledWith({ top: 180, behavior: "instant" }));
  });

  test("at the top, new files come into view instead", async () => {
    library.files = Array.from({ length: 90 }, () => aFile());
    const { live } = await mountLive("/?view=list");
    await screen.findByRole("table");
    const scrolled = vi.spyOn(window, "scrollBy").mockImplementation(() => undefined);
    const file = aFile({ title: "On top" });
    library.files = [file, ...library.files];
    act(() => live.send({ type: "changes", position: 2, items: [created(file.id, 2)] }));
    await screen.findByText("On top");
    expect(scrolled).not.toHaveBeenCalled();
  });

  test("progress shows in the header without asking the server", async () => {
    library.roots = [aRoot()];
    const { live } = await mountLive();
    await screen.findByRole("button", { name: /Library status/ });
    const root = aProgress({
      state: "scanning",
      found: 2000,
      done: 1204,
      left: 796,
      rate: 82,
    });
    const before = library.asked("/api/v1/stats").length;
    act(() => live.send({ type: "progress", roots: [root] }));
    expect(
      await screen.findByRole("button", {
        name: /Scan progress:\s+1,204\s+of 2,000\s+· 82\/s\s*, 796 left/,
      }),
    ).toBeVisible();
    expect(library.asked("/api/v1/stats")).toHaveLength(before);
  });

  test("after a reset everything is asked for again", async () => {
    library.files = [aFile({ title: "Old" })];
    const { live } = await mountLive();
    await screen.findByText("Old");
    library.files = [aFile({ title: "New" })];
    act(() => live.send({ type: "reset", position: 900 }));
    expect(await screen.findByText("New")).toBeVisible();
  });

  test("a lost connection is shown", async () => {
    const { live } = await mountLive();
    act(() => live.drop());
    expect(await screen.findByRole("status", { name: "Connection: Reconnecting" })).toBeVisible();
  });
});
