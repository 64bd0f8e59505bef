import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { HoverClip } from "./hover-clip";

const film = {
  id: "0198c0de-0000-7000-8000-000000000001",
  kind: "video",
  availability: "present",
  sha256_hash: "a".repeat(64),
} as const;

function clip(): HTMLImageElement | null {
  return screen.getByTestId("hover-clip").querySelector("img");
}

describe("hover clip", () => {
  it("is asked for only when the pointer rests on a film, and goes with it", async () => {
    render(<HoverClip file={film} />);
    expect(clip()).toBeNull();
    fireEvent.pointerEnter(screen.getByTestId("hover-clip"));
    await waitFor(() => expect(clip()).not.toBeNull());
    expect(clip()?.getAttribute("src")).toBe(
      `/api/v1/files/${film.id}/previews/hover.webp?v=${film.sha256_hash}`,
    );
    fireEvent.pointerLeave(screen.getByTestId("hover-clip"));
    await waitFor(() => expect(clip()).toBeNull());
  });

  it("is not offered for sounds and for files that are gone", () => {
    render(<HoverClip file={{ ...film, kind: "audio" }} />);
    render(<HoverClip file={{ ...film, availability: "missing" }} />);
    expect(screen.queryByTestId("hover-clip")).toBeNull();
  });
});
