import { act, screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, test } from "vitest";
import { aFile, aRoot } from "@/testing/builders";
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
    const { skipped, ...watching } = aRoot({ found: 200, done: 200 });
    expect(skipped).toEqual([]);
    act(() => live.send({ type: "progress", roots: [watching] }));
    await waitFor(() => expect(totals.queryByText(/Still filling/)).not.toBeInTheDocument());
  });

  test("rescan asks for that root, with the CSRF proof", async () => {
    let asked: unknown;
    let proof: string | null = null;
    server.use(
      http.post("*/api/v1/roots/rescan", async ({ request }) => {
        asked = await request.json();
        proof = request.headers.get("X-CSRF-Token");
        return HttpResponse.json({ requested: ["/music"] }, { status: 202 });
      }),
    );
    library.roots = [aRoot()];
    const { user } = await openStatus();
    await user.click(await screen.findByRole("button", { name: "Rescan" }));
    expect(await screen.findByText("Asked for")).toBeVisible();
    expect(asked).toEqual({ root: "/music" });
    expect(proof).toBe("csrf-1");
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
