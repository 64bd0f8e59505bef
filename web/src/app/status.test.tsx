import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { aFile, aProgress, aRoot } from "@/testing/builders";
import { expectAccessible } from "@/testing/expect-accessible";
import { library } from "@/testing/library";
import { mountPage } from "@/testing/mount";
import { server } from "@/testing/server";

async function openStatus() {
  const page = mountPage();
  await page.user.click(
    await screen.findByRole("button", { name: /Library status|Scan progress/ }),
  );
  return page;
}

describe("status", () => {
  test("each root tells its state, message, numbers and what it skipped", async () => {
    library.roots = [
      aRoot({
        state: "degraded",
        message: "Out of watches: this folder is polled.",
        found: 1204,
        skipped: [{ path: "/music/pipe", reason: "named pipe" }],
        skipped_count: 141,
      }),
    ];
    const { user } = await openStatus();
    const root = within(await screen.findByRole("region", { name: "Folder /music" }));
    expect(root.getByText("Degraded")).toBeVisible();
    expect(root.getByText(/Out of watches/)).toBeVisible();
    expect(root.getByText("1,204")).toBeVisible();
    expect(root.getByText("named pipe")).not.toBeVisible();
    await user.click(root.getByRole("button", { name: "141 skipped" }));
    expect(root.getByText("named pipe")).toBeVisible();
    expect(root.getByText("and 140 more")).toBeVisible();
    await expectAccessible();
  });

  test("unreadable files are part of what is done, and lead to the list of them", async () => {
    library.files = [aFile({ title: "Song" }), aFile({ kind: "other", status: "unreadable" })];
    library.roots = [aRoot({ found: 2, done: 2, errors: 1 })];
    const { user, url } = await openStatus();
    const root = within(await screen.findByRole("region", { name: "Folder /music" }));
    expect(root.getByText("Done")).toBeVisible();
    expect(root.getByText(/Of those done/)).toBeVisible();
    await user.click(root.getByRole("link", { name: "1 unreadable" }));
    await waitFor(() => expect(screen.queryByText("Song")).not.toBeInTheDocument());
    expect(url().searchParams.get("status")).toBe("unreadable");
    expect(url().searchParams.get("folder")).toBe("/music");
    expect(url().searchParams.getAll("kind")).toContain("other");
    await waitFor(() =>
      expect(screen.queryByRole("region", { name: "Library totals" })).not.toBeInTheDocument(),
    );
  });

  test("while files are on their way, the totals say that they follow", async () => {
    library.roots = [aRoot({ state: "scanning", found: 200, done: 64, left: 136 })];
    const { live } = await openStatus();
    const totals = within(await screen.findByRole("region", { name: "Library totals" }));
    expect(totals.getByText(/Still filling/)).toBeVisible();
    expect(totals.queryByText("Waiting")).not.toBeInTheDocument();
    await waitFor(() => expect(live.connections).toHaveLength(1));
    act(() => live.send({ type: "progress", roots: [aProgress({ found: 200, done: 200 })] }));
    await waitFor(() => expect(totals.queryByText(/Still filling/)).not.toBeInTheDocument());
  });

  test("rescan asks for that root, with the CSRF proof", async () => {
    let proof: string | null = null;
    server.events.on("request:start", ({ request }) => {
      proof = request.headers.get("X-CSRF-Token") ?? proof;
    });
    library.roots = [aRoot()];
    const { user } = await openStatus();
    await user.click(await screen.findByRole("button", { name: "Rescan" }));
    expect(await screen.findByText("Rescan asked for")).toBeVisible();
    expect(library.wishes).toEqual([["rescan", { root: "/music", folder: null, verify: false }]]);
    expect(proof).toBe("csrf-1");
    server.events.removeAllListeners();
  });

  test("a root can be paused and resumed from the header", async () => {
    library.roots = [aRoot()];
    const { user } = await openStatus();
    await user.click(await screen.findByRole("button", { name: "Pause" }));
    await user.click(await screen.findByRole("button", { name: "Resume" }));
    expect(await screen.findByRole("button", { name: "Pause" })).toBeVisible();
    expect(library.wishes).toEqual([
      ["pause", { root: "/music" }],
      ["resume", { root: "/music" }],
    ]);
  });

  test("a root out of reach leads to what can be done, instead of to a rescan", async () => {
    library.roots = [aRoot({ state: "unavailable", message: "60 of 60 files disappeared" })];
    const { user, url } = await openStatus();
    const root = within(await screen.findByRole("region", { name: "Folder /music" }));
    expect(root.queryByRole("button", { name: "Rescan" })).not.toBeInTheDocument();
    await user.click(root.getByRole("link", { name: "What to do" }));
    expect(await screen.findByRole("heading", { level: 1, name: "Folders" })).toBeVisible();
    expect(url().pathname).toBe("/folders");
  });

  test("without a root it says how to give one", async () => {
    await openStatus();
    expect(await screen.findByText(/No folder is watched/)).toBeVisible();
  });

  test("a folder in trouble shows in the header, even while another one is scanned", async () => {
    library.roots = [
      aRoot({ root: "/a", state: "scanning" }),
      aRoot({ root: "/b", state: "unavailable" }),
    ];
    mountPage();
    expect(await screen.findByRole("button", { name: /Scan progress/ })).toHaveTextContent(
      "A folder needs attention",
    );
  });

  test("a dark system gets a dark page", async () => {
    const { matchMedia } = window;
    window.matchMedia = (query) => ({ ...matchMedia(query), matches: query.includes("dark") });
    try {
      mountPage();
      await screen.findByRole("button", { name: "Colour scheme: As the system" });
      expect(document.documentElement).toHaveAttribute("data-mantine-color-scheme", "dark");
    } finally {
      window.matchMedia = matchMedia;
    }
  });

  test("the colour scheme follows the system until one is chosen", async () => {
    const { user } = mountPage();
    const button = await screen.findByRole("button", { name: "Colour scheme: As the system" });
    const scheme = () => document.documentElement.getAttribute("data-mantine-color-scheme");
    expect(scheme()).toBe("light");
    await user.click(button);
    await user.click(await screen.findByRole("menuitem", { name: "Dark" }));
    await waitFor(() => expect(scheme()).toBe("dark"));
    await expectAccessible();
  });
});
