import { useLayoutEffect, useRef } from "react";

interface Grid {
  ids: readonly string[];
  columns: number;
  /** Height of a row with its gap, in pixels. */
  stride: number;
  /** The list's distance from the top of the document, in pixels. */
  top: number;
  /** Another question was asked: what is on the screen now is no anchor for its answer. */
  resetKey: string;
}

interface Anchor {
  id: string;
  row: number;
  resetKey: string;
}

/**
 * Keeps what a person looks at where it is when files appear or vanish above it. At the top of the
 * list nothing is held: there, new files shall come into view.
 */
export function useScrollAnchor({ ids, columns, stride, top, resetKey }: Grid): void {
  const anchors = useRef<Anchor[]>([]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: only other files move the page, not another layout
  useLayoutEffect(() => {
    for (const anchor of anchors.current) {
      if (anchor.resetKey !== resetKey) return;
      const index = ids.indexOf(anchor.id);
      if (index < 0) continue;
      const moved = Math.floor(index / columns) - anchor.row;
      if (moved !== 0) window.scrollBy({ top: moved * stride, behavior: "instant" });
      return;
    }
  }, [ids]);

  useLayoutEffect(() => {
    const remember = () => {
      const atTop = window.scrollY <= Math.max(0, top);
      const row = atTop ? 0 : Math.floor((window.scrollY - top) / stride) + 1;
      // The next few as well: the first one may be the one that goes.
      const visible = row < 1 ? [] : ids.slice(row * columns, row * columns + 3 * columns);
      anchors.current = visible.map((id, at) => ({
        id,
        row: row + Math.floor(at / columns),
        resetKey,
      }));
    };
    remember();
    window.addEventListener("scroll", remember, { passive: true });
    return () => window.removeEventListener("scroll", remember);
  }, [ids, columns, stride, top, resetKey]);
}
