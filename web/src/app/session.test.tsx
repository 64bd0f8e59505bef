import { act, screen, waitFor } from "@testing-library/react";
import { http } from "msw";
import { describe, expect, test } from "vitest";
import { aFile } from "@/testing/builders";
import { expectAccessible } from "@/testing/expect-accessible";
import { library } from "@/testing/library";
import { mountPage } from "@/testing/mount";
import { problem, server } from "@/testing/server";

const refuse = () => problem(401, { code: "unauthenticated", detail: "No credential." });

describe("session", () => {
  test("without one the page says how to sign in, and asks for nothing else", async () => {
    server.use(http.get("*/api/v1/session", refuse));
    const { live } = mountPage();
    expect(await screen.findByRole("heading", { name: "Sign in to Apollonia" })).toBeVisible();
    expect(screen.getByText(/Open the sign-in link/)).toBeVisible();
    expect(screen.getByText("apollonia token --link --data DIR")).toBeVisible();
    expect(library.asked("/api/v1/files")).toEqual([]);
    expect(live.connections).toEqual([]);
    await expectAccessible();
  });

  test("once signed in elsewhere, the library opens", async () => {
    server.use(http.get("*/api/v1/session", refuse, { once: true }));
    library.files = [aFile({ title: "Song" })];
    const { user } = mountPage();
    await user.click(await screen.findByRole("button", { name: "I have signed in" }));
    expect(await screen.findByText("Song")).toBeVisible();
  });

  test("one that ends meanwhile brings the sign-in page", async () => {
    library.files = [aFile({ title: "Song" })];
    const { live } = mountPage();
    await screen.findByText("Song");
    server.use(http.get("*/api/v1/session", refuse));
    await waitFor(() => expect(live.connections).toHaveLength(1));
    act(() => live.drop(4401));
    expect(await screen.findByRole("heading", { name: "Sign in to Apollonia" })).toBeVisible();
  });

  test("signing out sends the CSRF proof and leaves nothing on the screen", async () => {
    let proof: string | null = null;
    server.use(
      http.post("*/api/v1/session/sign-out", ({ request }) => {
        proof = request.headers.get("X-CSRF-Token");
        server.use(http.get("*/api/v1/session", refuse));
        return new Response(null, { status: 204 });
      }),
    );
    library.files = [aFile({ title: "Song" })];
    const { user } = mountPage();
    await screen.findByText("Song");
    await user.click(screen.getByRole("button", { name: "Sign out" }));
    expect(await screen.findByRole("heading", { name: "Sign in to Apollonia" })).toBeVisible();
    expect(proof).toBe("csrf-1");
    expect(screen.queryByText("Song")).not.toBeInTheDocument();
  });
});
