import { screen, waitFor, within } from "@testing-library/react";
import { http } from "msw";
import { describe, expect, test } from "vitest";
import { aFile, aRoot } from "@/testing/builders";
import { expectAccessible } from "@/testing/expect-accessible";
import { library } from "@/testing/library";
import { mountPage } from "@/testing/mount";
import { problem, server } from "@/testing/server";

const lastAsked = () => library.asked("/api/v1/files").at(-1) ?? new URLSearchParams();

describe("filters", () => {
  test("a kind goes to the URL and into the requests for files and facets", async () => {
    library.files = [aFile({ title: "Song" }), aFile({ kind: "video", title: "Film" })];
    const { user, url } = mountPage();
    await screen.findByText("Song");
    await user.click(screen.getByRole("button", { name: /^Video/ }));
    await waitFor(() => expect(screen.queryByText("Song")).not.toBeInTheDocument());
    expect(screen.getByText("Film")).toBeVisible();
    expect(url().searchParams.getAll("kind")).toEqual(["video"]);
    expect(lastAsked().getAll("kind")).toEqual(["video"]);
    expect(library.asked("/api/v1/facets").at(-1)?.getAll("kind")).toEqual(["video"]);
    expect(screen.getByRole("button", { name: /^Video/ })).toHaveAttribute("aria-pressed", "true");
  });

  test("formats are offered from the facets with their counts", async () => {
    library.files = [aFile(), aFile(), aFile({ format: "mp3" })];
    const { user, url } = mountPage();
    await user.click(await screen.findByRole("button", { name: "Format" }));
    await user.click(await screen.findByRole("checkbox", { name: "FLAC 2" }));
    expect(url().searchParams.getAll("format")).toEqual(["flac"]);
    await waitFor(() => expect(lastAsked().getAll("format")).toEqual(["flac"]));
    await expectAccessible();
  });

  test("a URL with filters is understood as it stands, and cleared at once", async () => {
    library.files = [aFile({ status: "unreadable" })];
    const { user, url } = mountPage(
      "/?q=moon&kind=audio&kind=video&status=unreadable&folder=/music/a%20b&sort=-size&view=list",
    );
    await screen.findByRole("table");
    const asked = lastAsked();
    expect(asked.get("q")).toBe("moon");
    expect(asked.getAll("kind")).toEqual(["audio", "video"]);
    expect(asked.getAll("status")).toEqual(["unreadable"]);
    expect(asked.get("folder")).toBe("/music/a b");
    expect(asked.get("sort")).toBe("-size");
    expect(screen.getByRole("searchbox")).toHaveValue("moon");

    await user.click(screen.getByRole("button", { name: "Clear all" }));
    await waitFor(() => expect(lastAsked().get("folder")).toBeNull());
    expect([...url().searchParams.keys()].sort()).toEqual(["sort", "view"]);
    expect(screen.getByRole("searchbox")).toHaveValue("");
  });

  test("what is not understood in a URL is left out", async () => {
    library.files = [aFile()];
    mountPage("/?kind=hologram&sort=mood&status=fine");
    await screen.findByRole("list", { name: "Files" });
    expect(lastAsked().getAll("kind")).toEqual(["audio", "video", "image"]);
    expect(lastAsked().getAll("status")).toEqual([]);
    expect(lastAsked().get("sort")).toBe("-added");
  });

  test("typing searches once, after a rest, by relevance", async () => {
    library.files = [aFile()];
    const { user, url } = mountPage();
    await screen.findByRole("list", { name: "Files" });
    await user.keyboard("/");
    await user.keyboard("moon");
    await waitFor(() => expect(lastAsked().get("q")).toBe("moon"));
    expect(lastAsked().get("sort")).toBe("relevance");
    expect(url().searchParams.get("q")).toBe("moon");
    const searches = library.asked("/api/v1/files").map((query) => query.get("q"));
    expect(searches).toEqual([null, "moon"]);
  });

  test("missing files are one choice of the status menu", async () => {
    library.files = [aFile({ availability: "missing" })];
    const { user } = mountPage();
    await user.click(await screen.findByRole("button", { name: "Status" }));
    await user.click(await screen.findByRole("menuitem", { name: "Missing 1" }));
    await waitFor(() => expect(lastAsked().getAll("availability")).toEqual(["missing"]));
    expect(within(screen.getByRole("listitem")).getByText("Missing")).toBeVisible();
  });

  test("the status menu counts the whole library, whatever is filtered", async () => {
    library.files = [aFile(), aFile(), aFile({ kind: "other", status: "unreadable" })];
    const { user } = mountPage("/?kind=audio");
    await user.click(await screen.findByRole("button", { name: "Status" }));
    expect(await screen.findByRole("menuitem", { name: "Any 3" })).toBeVisible();
    expect(screen.getByRole("menuitem", { name: "Readable 2" })).toBeVisible();
    expect(screen.getByRole("menuitem", { name: "Skipped 0" })).toBeVisible();
    await user.click(screen.getByRole("menuitem", { name: "Unreadable 1" }));
    await waitFor(() => expect(lastAsked().getAll("status")).toEqual(["unreadable"]));
  });

  test("nothing found offers the way back", async () => {
    library.files = [aFile({ title: "Song" })];
    const { user } = mountPage("/?kind=video");
    expect(await screen.findByRole("heading", { name: "No file matches" })).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Show all media" }));
    expect(await screen.findByText("Song")).toBeVisible();
  });

  test("the folder that is shown can be scanned again, itself only", async () => {
    library.roots = [aRoot({ root: "/music" }), aRoot({ root: "/music/deep" })];
    const { user } = mountPage("/?folder=/music/deep/a");
    await user.click(await screen.findByRole("button", { name: "Scan this folder again" }));
    expect(await screen.findByText("Scan asked for")).toBeVisible();
    const body = { root: "/music/deep", folder: "/music/deep/a", verify: false };
    expect(library.wishes).toEqual([["rescan", body]]);
    await expectAccessible();
  });

  test("a refused scan of the folder says why", async () => {
    library.roots = [aRoot()];
    server.use(
      http.post("*/api/v1/roots/rescan", () => problem(404, { detail: "No such folder." })),
    );
    const { user } = mountPage("/?folder=/music/gone");
    await user.click(await screen.findByRole("button", { name: "Scan this folder again" }));
    expect(await screen.findByText("No scan. No such folder.")).toBeVisible();
  });

  test.each([
    ["/elsewhere", aRoot()],
    ["/musical", aRoot()],
    ["/music", aRoot({ state: "unavailable" })],
  ])("no scan is offered for %s: not watched, or out of reach", async (folder, root) => {
    library.roots = [root];
    mountPage(`/?folder=${folder}`);
    await screen.findByRole("button", { name: /Library status/ });
    expect(screen.getByRole("button", { name: `Remove folder filter ${folder}` })).toBeVisible();
    expect(screen.queryByRole("button", { name: /Scan this folder/ })).not.toBeInTheDocument();
  });
});
