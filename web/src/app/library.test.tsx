import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, test } from "vitest";
import { aFile } from "@/testing/builders";
import { expectAccessible } from "@/testing/expect-accessible";
import { library } from "@/testing/library";
import { mountPage } from "@/testing/mount";
import { problem, server } from "@/testing/server";

const files = "/api/v1/files";

function lastAsked(): URLSearchParams {
  const asked = library.asked(files).at(-1);
  if (asked === undefined) throw new Error("no list was asked for");
  return asked;
}

describe("library", () => {
  test("a card tells title, artist, album, length, codec and size", async () => {
    library.files = [aFile({ title: "Slow Orchard" })];
    mountPage();
    const card = await screen.findByRole("listitem");
    for (const text of ["Slow Orchard", "Mira Solano", "Golden Harbor", "1:01", "FLAC", "1.5 MB"]) {
      expect(within(card).getByText(text)).toBeVisible();
    }
    expect(screen.getByText("1 file")).toBeVisible();
    await expectAccessible();
  });

  test("media kinds are asked for by default", async () => {
    library.files = [aFile({ title: "Song" }), aFile({ kind: "document", title: "Booklet" })];
    mountPage();
    await screen.findByText("Song");
    expect(lastAsked().getAll("kind")).toEqual(["audio", "video", "image"]);
    expect(lastAsked().get("sort")).toBe("-added");
    expect(screen.queryByText("Booklet")).not.toBeInTheDocument();
  });

  test("the table shows the same facts under sortable heads", async () => {
    library.files = [aFile({ title: "Slow Orchard" })];
    const { user, url } = mountPage("/?view=list");
    const table = await screen.findByRole("table", { name: "Files" });
    expect(within(table).getByRole("cell", { name: "1:01" })).toBeVisible();
    expect(within(table).getByRole("columnheader", { name: "Added" })).toHaveAttribute(
      "aria-sort",
      "descending",
    );
    await expectAccessible();
    await user.click(within(table).getByRole("button", { name: "Title" }));
    expect(url().searchParams.get("sort")).toBe("title");
    await waitFor(() => expect(lastAsked().get("sort")).toBe("title"));
  });

  test("an unreadable file shows its reason, in the grid and in the table", async () => {
    library.files = [aFile({ status: "unreadable", reason: "The file is empty (0 bytes)" })];
    const { user } = mountPage();
    expect(await screen.findByText("The file is empty (0 bytes)")).toBeVisible();
    expect(screen.getAllByText("Unreadable")[0]).toBeVisible();
    await user.click(screen.getByRole("button", { name: "List" }));
    expect(within(await screen.findByRole("table")).getByText(/file is empty/)).toBeVisible();
  });

  test("a readable file that something is wrong with says so, in the grid and in the table", async () => {
    const reason = "Its content changed although none of its times did";
    library.files = [aFile({ title: "Rotten", reason, reason_code: "silent_change" })];
    const { user } = mountPage();
    expect(await screen.findByText(reason)).toBeVisible();
    expect(screen.getByText("Check")).toBeVisible();
    await expectAccessible();
    await user.click(screen.getByRole("button", { name: "List" }));
    const table = within(await screen.findByRole("table"));
    expect(table.getByText(reason)).toBeVisible();
    expect(table.getByText("Check")).toBeVisible();
  });

  test("in the table a file without tags is not named twice", async () => {
    library.files = [
      aFile({ title: null, artist: null, name: "bare.wav", folder: "/music/live" }),
      aFile({ title: "Titled", artist: null, name: "titled.wav" }),
    ];
    mountPage("/?view=list");
    expect(await screen.findAllByText("bare.wav")).toHaveLength(1);
    expect(screen.getByText("live")).toBeInTheDocument();
    expect(screen.getByText("titled.wav")).toBeInTheDocument();
  });

  test("names that could break the page are shown safely", async () => {
    library.files = [aFile({ title: null, name: "two\nlines\u202egpj.exe" })];
    mountPage();
    const name = await screen.findByText("two\\nlines\\u202egpj.exe");
    expect(name.tagName).toBe("BDI");
    expect(name).toHaveAttribute("dir", "auto");
  });

  test("the next keyset page is fetched on scroll, with the cursor of the one before", async () => {
    library.files = Array.from({ length: 250 }, () => aFile());
    mountPage("/?view=list");
    await screen.findByRole("table");
    expect(library.asked(files)).toHaveLength(1);
    expect(screen.getAllByRole("row").length).toBeLessThan(60);

    window.scrollTo(0, 90 * 60);
    window.dispatchEvent(new Event("scroll"));
    await waitFor(() => expect(library.asked(files)).toHaveLength(2));
    expect(lastAsked().get("cursor")).toBe(library.files[99]?.id);

    window.scrollTo(0, 245 * 60);
    window.dispatchEvent(new Event("scroll"));
    expect(await screen.findByText(library.files[249]?.title ?? "")).toBeInTheDocument();
    expect(library.asked(files)).toHaveLength(2);
  });

  test("arrow keys move between files", async () => {
    library.files = [aFile({ title: "First" }), aFile({ title: "Second" })];
    const { user } = mountPage("/?view=list");
    (await screen.findByRole("link", { name: "First" })).focus();
    await user.keyboard("{ArrowDown}");
    await waitFor(() => expect(screen.getByRole("link", { name: "Second" })).toHaveFocus());
  });

  test("an empty library says how to fill it", async () => {
    mountPage();
    expect(await screen.findByRole("heading", { name: "No media yet" })).toBeVisible();
    expect(screen.getByText("make run MEDIA=~/Music")).toBeVisible();
    await expectAccessible();
  });

  test("a refusal shows its detail and request id, and can be retried", async () => {
    server.use(
      http.get(
        "*/api/v1/files",
        () =>
          problem(503, {
            title: "Catalog away",
            detail: "catalog.db is locked.",
            request_id: "r-77",
          }),
        { once: true },
      ),
    );
    library.files = [aFile({ title: "Back again" })];
    const { user } = mountPage();
    expect(await screen.findByText("catalog.db is locked.")).toBeVisible();
    expect(screen.getByRole("heading", { name: "Catalog away" })).toBeVisible();
    expect(screen.getByText("r-77")).toBeVisible();
    await expectAccessible();
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("Back again")).toBeVisible();
  });

  test("a server that can't be reached is named as that", async () => {
    server.use(http.get("*/api/v1/files", () => HttpResponse.error()));
    mountPage();
    expect(
      await screen.findByRole("heading", { name: "Apollonia can't be reached" }),
    ).toBeVisible();
  });
});
