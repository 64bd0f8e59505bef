import { fireEvent, render } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import type { FileItem } from "@/lib/api/types";
import { aFile } from "@/testing/builders";
import { Artwork } from "./artwork";

const withUrl = (over: Partial<FileItem> = {}): FileItem => {
  const file = aFile(over);
  return { ...file, artwork_url: `/api/v1/files/${file.id}/artwork` };
};

const show = (file: FileItem, size: 96 | 320 = 320) => render(<Artwork file={file} size={size} />);

function picture(container: HTMLElement): HTMLImageElement {
  const found = container.querySelector("img");
  if (found === null) throw new Error("no picture is asked for");
  return found;
}

describe("artwork", () => {
  test("a picture that is not there is asked for once, at whatever size", () => {
    const file = withUrl();
    const first = show(file);
    fireEvent.error(picture(first.container));
    expect(first.container.querySelector("img")).toBeNull();
    first.unmount();
    expect(show(file).container.querySelector("img")).toBeNull();
    expect(show(file, 96).container.querySelector("img")).toBeNull();
  });

  test("new content of the same file is asked for, even while it is shown", () => {
    const file = withUrl();
    const { container, rerender } = show(file);
    fireEvent.error(picture(container));
    rerender(<Artwork file={{ ...file, sha256_hash: "c".repeat(64) }} size={320} />);
    expect(picture(container).src).toContain("v=cccccccccccc");
  });

  test("without an address nothing is asked for", () => {
    expect(show(aFile()).container.querySelector("img")).toBeNull();
  });
});
