import { act, screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, test } from "vitest";
import { aProgress, aRoot } from "@/testing/builders";
import { expectAccessible } from "@/testing/expect-accessible";
import { library } from "@/testing/library";
import { mountPage } from "@/testing/mount";
import { problem, server } from "@/testing/server";

async function openFolders() {
  const page = mountPage("/folders");
  await screen.findByRole("heading", { level: 1, name: "Folders" });
  return page;
}

const card = async (name = "/music") => within(await screen.findByRole("region", { name }));

describe("what is asked of folders", () => {
  test("pausing shows at once, and is done when the ingestor says so", async () => {
    library.roots = [aRoot()];
    let answer: (() => void) | undefined;
    const heard = new Promise<void>((resolve) => {
      answer = resolve;
    });
    server.use(
      http.post("*/api/v1/roots/pause", async () => {
        await heard;
        library.roots = [aRoot({ paused: true })];
        return HttpResponse.json({ requested: ["/music"] }, { status: 202 });
      }),
    );
    const { user, live } = await openFolders();
    const root = await card();
    await user.click(root.getByRole("button", { name: "Pause" }));
    expect(await root.findByText("Pausing")).toBeVisible();
    expect(root.getByRole("button", { name: "Resume" })).toBeVisible();
    act(() => answer?.());
    await waitFor(() => expect(live.connections).toHaveLength(1));
    act(() =>
      live.send({ type: "progress", roots: [aProgress({ state: "paused", paused: true })] }),
    );
    expect(await root.findByText("Paused")).toBeVisible();
  });

  test("a refused pause is taken back, with the reason", async () => {
    library.roots = [aRoot()];
    server.use(
      http.post("*/api/v1/roots/pause", () =>
        problem(503, { detail: "catalog.db is locked.", code: "catalog_unavailable" }),
      ),
    );
    const { user } = await openFolders();
    const root = await card();
    await user.click(root.getByRole("button", { name: "Pause" }));
    expect(await root.findByText("Not paused. catalog.db is locked.")).toBeVisible();
    expect(root.getByRole("button", { name: "Pause" })).toBeVisible();
    expect(root.queryByText("Pausing")).not.toBeInTheDocument();
  });

  test("a refused resume leaves it paused even while the server can't be asked", async () => {
    library.roots = [aRoot({ state: "paused", paused: true })];
    const { user } = await openFolders();
    const root = await card();
    server.use(
      http.post("*/api/v1/roots/resume", () => HttpResponse.error()),
      http.get("*/api/v1/stats", () => HttpResponse.error()),
    );
    await user.click(root.getByRole("button", { name: "Resume" }));
    expect(await root.findByText(/^Not resumed\. No answer from the server/)).toBeVisible();
    expect(root.getByText("Paused")).toBeVisible();
  });

  test("a rescan is asked for, and the word goes when it has begun", async () => {
    library.roots = [aRoot()];
    const { user, live } = await openFolders();
    const root = await card();
    await user.click(root.getByRole("button", { name: "Rescan" }));
    expect(await root.findByText("Rescan asked for")).toBeVisible();
    expect(library.wishes).toEqual([["rescan", { root: "/music", folder: null, verify: false }]]);
    await waitFor(() => expect(live.connections).toHaveLength(1));
    const later = "2024-01-01T13:00:00.000000+00:00";
    act(() => live.send({ type: "progress", roots: [aProgress({ last_scan_time: later })] }));
    await waitFor(() => expect(root.queryByText("Rescan asked for")).not.toBeInTheDocument());
  });

  test("of a paused root it says that the rescan waits", async () => {
    library.roots = [aRoot({ state: "paused", paused: true })];
    const { user } = await openFolders();
    const root = await card();
    await user.click(root.getByRole("button", { name: "Rescan" }));
    expect(await root.findByText(/waits until this is resumed/)).toBeVisible();
  });

  test("verifying asks first, and does nothing when cancelled", async () => {
    library.roots = [aRoot({ found: 12_034 })];
    const { user } = await openFolders();
    await user.click((await card()).getByRole("button", { name: "Verify" }));
    const question = within(await screen.findByRole("dialog", { name: "Verify this folder?" }));
    expect(question.getByText(/12,034 files/)).toBeVisible();
    expect(question.getByRole("button", { name: "Cancel" })).toHaveFocus();
    await expectAccessible();
    await user.click(question.getByRole("button", { name: "Cancel" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
    expect(library.wishes).toEqual([]);

    await user.click((await card()).getByRole("button", { name: "Verify" }));
    const again = within(await screen.findByRole("dialog"));
    await user.click(again.getByRole("button", { name: "Verify" }));
    expect(await screen.findByText("Verification asked for")).toBeVisible();
    expect(library.wishes).toEqual([["rescan", { root: "/music", folder: null, verify: true }]]);
  });

  test("where files disappeared, a rescan asks first what it would confirm", async () => {
    library.roots = [aRoot({ state: "unavailable", message: "60 of 60 files disappeared." })];
    const { user } = await openFolders();
    await user.click((await card()).getByRole("button", { name: "Rescan" }));
    const question = within(await screen.findByRole("dialog", { name: /out of reach/ }));
    expect(question.getByText("60 of 60 files disappeared.")).toBeVisible();
    expect(library.wishes).toEqual([]);
    await user.click(question.getByRole("button", { name: "Rescan" }));
    await waitFor(() => expect(library.wishes).toHaveLength(1));
  });

  test("verifying what is out of reach says what that would confirm", async () => {
    library.roots = [aRoot({ state: "unavailable", message: "60 of 60 files disappeared." })];
    const { user } = await openFolders();
    await user.click((await card()).getByRole("button", { name: "Verify" }));
    const question = within(await screen.findByRole("dialog"));
    expect(question.getByText(/confirms that they are gone/)).toBeVisible();
  });

  test("all folders are paused, resumed and rescanned together", async () => {
    library.roots = [aRoot({ root: "/a" }), aRoot({ root: "/b" })];
    const { user } = await openFolders();
    const all = within(await screen.findByRole("group", { name: "All folders" }));
    await user.click(all.getByRole("button", { name: "Pause all" }));
    expect(await screen.findAllByText("Pausing")).toHaveLength(2);
    await user.click(await all.findByRole("button", { name: "Resume all" }));
    await user.click(await all.findByRole("button", { name: "Rescan all" }));
    await waitFor(() =>
      expect(library.wishes).toEqual([
        ["pause", { root: null }],
        ["resume", { root: null }],
        ["rescan", { root: null, folder: null, verify: false }],
      ]),
    );
    await expectAccessible();
  });

  test("a rescan of all asks first while one is out of reach", async () => {
    library.roots = [aRoot({ root: "/a" }), aRoot({ root: "/b", state: "unavailable" })];
    const { user } = await openFolders();
    const all = within(await screen.findByRole("group", { name: "All folders" }));
    await user.click(all.getByRole("button", { name: "Rescan all" }));
    const question = within(await screen.findByRole("dialog", { name: /out of reach/ }));
    expect(question.getByText("/b")).toBeVisible();
    expect(question.queryByText("/a")).not.toBeInTheDocument();
    expect(library.wishes).toEqual([]);
  });
});
