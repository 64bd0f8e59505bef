import type { RootStatus } from "./api/types";

/** The root that a folder is in, itself included; the nearest where roots lie in one another. */
export function rootOf(folder: string, roots: RootStatus[]): RootStatus | undefined {
  const holding = roots.filter(({ root }) => {
    const inside = root.endsWith("/") ? root : `${root}/`;
    return folder === root || folder.startsWith(inside);
  });
  return holding.sort((a, b) => b.root.length - a.root.length)[0];
}
