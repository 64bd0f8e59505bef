import { screen, waitFor, within } from "@testing-library/react";
import { http } from "msw";
import { describe, expect, test } from "vitest";
import { queryKeys } from "@/lib/api/query-keys";
import { aLetter } from "@/testing/builders";
import { expectAccessible } from "@/testing/expect-accessible";
import { library } from "@/testing/library";
import { mountPage } from "@/testing/mount";
import { problem, server } from "@/testing/server";

async function openLetters(address = "/dead-letters") {
  const page = mountPage(address);
  await screen.findByRole("heading", { level: 1, name: "Dead letters", hidden: true });
  return page;
}

const letterTable = async () => within(await screen.findByRole("table", { name: "Dead letters" }));

describe("dead letters", () => {
  test("the header leads to them, with their number, only while there are any", async () => {
    library.letters = [aLetter(), aLetter(), aLetter({ state: "discarded" })];
    const { user, url, client } = mountPage();
    await user.click(await screen.findByRole("link", { name: "Dead letters 2" }));
    await screen.findByRole("heading", { level: 1, name: "Dead letters" });
    expect(url().pathname).toBe("/dead-letters");
    library.letters = [];
    await client.invalidateQueries({ queryKey: queryKeys.stats });
    await waitFor(() =>
      expect(screen.queryByRole("link", { name: /Dead letters/ })).not.toBeInTheDocument(),
    );
  });

  test("each tells what failed, why, where and how often", async () => {
    library.letters = [
      aLetter({ reason: "no size", attempts: 3, occurrences: 7, note: "nothing reads its queue" }),
    ];
    await openLetters();
    const row = within((await (await letterTable()).findAllByRole("row"))[1] as HTMLElement);
    for (const text of ["malformed_message", "no size", "apollonia-populator", "3", "7"]) {
      expect(row.getByText(text)).toBeVisible();
    }
    expect(row.getByText("nothing reads its queue")).toBeVisible();
    expect(row.getAllByText("Jan 1, 2024")).toHaveLength(2);
    await expectAccessible();
  });

  test("without one it says so", async () => {
    await openLetters();
    expect(await screen.findByRole("heading", { name: "No dead letters" })).toBeVisible();
    await expectAccessible();
  });

  test("one is opened by the keyboard, with its trace, headers and body, and shut again", async () => {
    const letter = aLetter({
      reason: "no size",
      trace_id: "4bf92f3577b34da6a3ce929d0e0e4736",
      headers: { "content-type": "application/json" },
      body: '{\n  "path": "/music/a.flac"\n}',
    });
    library.letters = [letter];
    const { user, url } = await openLetters();
    const open = await screen.findByRole("button", { name: "malformed_message no size" });
    open.focus();
    await user.keyboard("{Enter}");
    const drawer = within(await screen.findByRole("dialog", { name: "malformed_message" }));
    expect(url().searchParams.get("letter")).toBe(letter.id);
    expect(await drawer.findByText(/4bf92f3577b34da6a3ce929d0e0e4736/)).toBeVisible();
    expect(drawer.getByText(/\/music\/a\.flac/)).toBeVisible();
    expect(drawer.getByText("content-type: application/json")).toBeVisible();
    await expectAccessible();
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
    await waitFor(() => expect(open).toHaveFocus());
  });

  test("all with one reason are sent back from one of them", async () => {
    const one = aLetter({ reason: "disk full" });
    library.letters = [one, aLetter({ reason: "disk full" }), aLetter({ reason: "other" })];
    const { user } = await openLetters(`/dead-letters?letter=${one.id}`);
    await user.click(await screen.findByRole("button", { name: "Requeue all with this reason" }));
    const drawer = within(screen.getByRole("dialog"));
    expect(await drawer.findByText("2 letters on the way back to the queue.")).toBeVisible();
    expect(await drawer.findByText(/On its way back to the queue/)).toBeVisible();
    expect(library.wishes).toEqual([
      ["requeue", { queue: one.queue, error: one.error, reason: "disk full" }],
    ]);
  });

  test("the selected are sent back; what somebody settled meanwhile stops no other", async () => {
    library.letters = [aLetter(), aLetter(), aLetter()];
    const [first, second, third] = library.letters.map(({ id }) => id);
    const { user } = await openLetters();
    const boxes = (await letterTable()).getAllByRole("checkbox", { name: /size is missing/ });
    await user.click(boxes[0] as HTMLElement);
    await user.click(boxes[2] as HTMLElement);
    server.use(
      http.post(`*/api/v1/dead-letters/${first}/requeue`, () =>
        problem(409, { detail: "It is on its way already." }),
      ),
    );
    await user.click(screen.getByRole("button", { name: "Requeue 2 selected" }));
    expect(
      await screen.findByText(
        "1 letter on the way back to the queue. 1 letter left as before: It is on its way already.",
      ),
    ).toBeVisible();
    expect(library.wishes).toEqual([["requeue", third]]);
    expect(library.letters.find(({ id }) => id === second)?.state).toBe("dead");
    expect(await screen.findByText("On its way back")).toBeVisible();
  });

  test("all with one error are sent back", async () => {
    library.letters = [aLetter(), aLetter({ error: "KeyError" }), aLetter({ error: "KeyError" })];
    const { user } = await openLetters("/dead-letters?error=KeyError");
    await user.click(await screen.findByRole("button", { name: "Requeue all 2 with this error" }));
    await screen.findByText("2 letters on the way back to the queue.");
    expect(library.wishes).toEqual([["requeue", { error: "KeyError" }]]);
  });

  test("without an error chosen, all that wait are sent back", async () => {
    library.letters = [aLetter(), aLetter({ error: "KeyError" })];
    const { user } = await openLetters();
    await user.click(await screen.findByRole("button", { name: "Requeue all 2" }));
    await waitFor(() => expect(library.wishes).toEqual([["requeue", {}]]));
  });

  test("discarding asks first; a discarded one is still there to be sent back", async () => {
    library.letters = [aLetter(), aLetter()];
    const { user } = await openLetters();
    await user.click(await screen.findByRole("button", { name: "Discard all 2" }));
    const question = within(await screen.findByRole("dialog", { name: "Discard 2 letters?" }));
    expect(question.getByRole("button", { name: "Cancel" })).toHaveFocus();
    await expectAccessible();
    await user.click(question.getByRole("button", { name: "Cancel" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
    expect(library.wishes).toEqual([]);
    await user.click(screen.getByRole("button", { name: "Discard all 2" }));
    await user.click(
      within(await screen.findByRole("dialog")).getByRole("button", { name: "Discard" }),
    );
    expect(await screen.findByRole("heading", { name: "No dead letters" })).toBeVisible();
    expect(library.wishes).toEqual([["discard", {}]]);
    await user.click(await screen.findByRole("radio", { name: "Discarded 2" }));
    await user.click(await screen.findByRole("checkbox", { name: "Select all that are shown" }));
    expect(screen.getByRole("button", { name: "Requeue 2 selected" })).toBeVisible();
    expect(screen.queryByRole("button", { name: /^Discard/ })).not.toBeInTheDocument();
  });

  test("a refusal is told in the server's words", async () => {
    library.letters = [aLetter()];
    server.use(
      http.post("*/api/v1/dead-letters/requeue", () =>
        problem(503, { detail: "catalog.db is locked." }),
      ),
    );
    const { user } = await openLetters();
    await user.click(await screen.findByRole("button", { name: "Requeue all 1" }));
    expect(await screen.findByText("Not sent back. catalog.db is locked.")).toBeVisible();
  });

  test("a list that can't be had, and a letter that is gone, say why", async () => {
    server.use(
      http.get("*/api/v1/dead-letters", () => problem(503, { detail: "catalog.db is locked." })),
    );
    await openLetters("/dead-letters?letter=gone");
    expect(await screen.findByText("no dead letter has the id gone")).toBeVisible();
    expect(screen.getByText("catalog.db is locked.")).toBeInTheDocument();
    expect(screen.getAllByRole("button", { name: "Try again", hidden: true })).toHaveLength(2);
  });

  test("long lists come in pages", async () => {
    library.letters = Array.from({ length: 130 }, () => aLetter());
    const { user } = await openLetters();
    expect((await letterTable()).getAllByRole("row")).toHaveLength(101);
    await user.click(screen.getByRole("button", { name: "Show more" }));
    await waitFor(async () => expect((await letterTable()).getAllByRole("row")).toHaveLength(131));
    expect(screen.queryByRole("button", { name: "Show more" })).not.toBeInTheDocument();
  });
});
