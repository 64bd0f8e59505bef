import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";

const source = path.resolve(import.meta.dirname, "..");
const files = readdirSync(source, { recursive: true, encoding: "utf8" })
  .filter((file) => /\.(ts|tsx|css)$/.test(file))
  .map((file) => file.replaceAll(path.sep, "/"));
const code = files.filter((file) => /\.tsx?$/.test(file) && !file.endsWith(".d.ts"));
const isTest = (file: string) => file.startsWith("testing/") || /\.test\.tsx?$/.test(file);

/** The part of the tree a file belongs to: `features/library`, `lib`, `components`, `app`. */
function zoneOf(file: string): string {
  const [first = "", second = ""] = file.split("/");
  return first === "features" ? `features/${second}` : first;
}

function importsOf(file: string): string[] {
  const text = readFileSync(path.join(source, file), "utf8");
  return [...text.matchAll(/(?:from|import)\s*\(?\s*"(@\/|\.{1,2}\/)([^"]+)"/g)].map(
    ([, start, rest]) =>
      start === "@/" ? (rest ?? "") : path.posix.join(path.posix.dirname(file), `${start}${rest}`),
  );
}

function mayImport(from: string, to: string): boolean {
  if (from === to || from === "app") return true;
  if (from.startsWith("features/")) return to === "lib" || to === "components";
  return from === "components" && to === "lib";
}

describe("layout", () => {
  test("zones import downwards only: app, features (never one another), components, lib", () => {
    const wrong = code
      .filter((file) => !isTest(file))
      .flatMap((file) => importsOf(file).map((to) => ({ file, to })))
      .filter(({ file, to }) => !mayImport(zoneOf(file), zoneOf(to)))
      .map(({ file, to }) => `${file} imports ${to}`);
    expect(wrong).toEqual([]);
  });

  test("files are of a readable length", () => {
    const lines = (file: string) =>
      readFileSync(path.join(source, file), "utf8").split("\n").length;
    const long = files.filter((file) => !file.endsWith(".d.ts") && lines(file) > 250);
    expect(long).toEqual([]);
  });

  test("the rule sees imports of every form", () => {
    expect(importsOf("app/router.tsx")).toContain("app/file-route");
    expect(importsOf("features/status/components/root-panel.tsx")).toContain("lib/format");
    expect(mayImport("features/library", "features/status")).toBe(false);
  });
});
