import { screen, within } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import type { FileDetail } from "@/lib/api/types";
import { aDetail } from "@/testing/builders";
import { library } from "@/testing/library";
import { mountPage } from "@/testing/mount";

function given(over: Partial<FileDetail>): FileDetail {
  const file = aDetail(over);
  library.details.set(file.id, file);
  return file;
}

const section = async (name: string) => within(await screen.findByRole("region", { name }));

describe("history of a file", () => {
  test("history tells what happened, with the error of then", async () => {
    const event = { timestamp: "2024-01-01T12:00:00.000000+00:00", size: 10, sha256_hash: null };
    const file = given({
      events: [
        {
          ...event,
          event_id: "2",
          event_type: "IN_MOVED_TO",
          origin: "watch",
          moved_from: "/in/a",
          error: null,
        },
        {
          ...event,
          event_id: "1",
          event_type: "IN_CREATE",
          origin: "scan",
          moved_from: null,
          error: { code: "empty", message: "nothing in it" },
        },
      ],
    });
    mountPage(`/files/${file.id}`);
    const history = await section("History");
    expect(history.getByText("from /in/a")).toBeVisible();
    expect(history.getByText(/Found by a scan/)).toHaveTextContent("nothing in it");
  });

  test("a file that was looked at again is not told to have another content", async () => {
    const event = {
      event_type: "IN_CLOSE_WRITE",
      timestamp: "2024-01-01T12:00:00.000000+00:00",
      size: 10,
      origin: "scan",
      moved_from: null,
      error: null,
    };
    const file = given({
      events: [
        { ...event, event_id: "3", sha256_hash: "b".repeat(64) },
        { ...event, event_id: "2", sha256_hash: "b".repeat(64) },
        { ...event, event_id: "1", sha256_hash: "a".repeat(64) },
      ],
    });
    mountPage(`/files/${file.id}`);
    const lines = (await section("History")).getAllByRole("listitem");
    expect(lines[0]).toHaveTextContent("Looked at again, same content");
    expect(lines[1]).toHaveTextContent("Content changed");
  });
});
