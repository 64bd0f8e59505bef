// biome-ignore-all lint/a11y: the roles are given from outside; arrow keys are a shortcut, links keep the tab order
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type ReactNode, useEffect, useMemo, useRef } from "react";
import type { FileItem } from "@/lib/api/types";
import { type Frame, useFrame } from "../hooks/use-frame";
import { useScrollAnchor } from "../hooks/use-scroll-anchor";
import classes from "./virtual-items.module.css";

export interface Layout {
  columns: number;
  rowHeight: number;
  gap: number;
}

export interface VirtualItemsProps {
  items: FileItem[];
  layout: (frame: Frame) => Layout;
  render: (file: FileItem) => ReactNode;
  /** What stands for a file that is still to be loaded. */
  placeholder: ReactNode;
  /** A list of cards, or the body of a table. */
  semantics: "list" | "rowgroup";
  label: string;
  hasMore: boolean;
  /** A request is under way: the next page has to wait. */
  busy: boolean;
  onMore: () => void;
  /** The list has stood at its top for a while. */
  onTop: () => void;
  resetKey: string;
}

const headerHeight = 60;
const restAtTopMs = 1500;

/** Steps of the arrow keys, in files. */
function stepOf(key: string, columns: number): number {
  if (key === "ArrowDown") return columns;
  if (key === "ArrowUp") return -columns;
  if (columns > 1 && key === "ArrowRight") return 1;
  if (columns > 1 && key === "ArrowLeft") return -1;
  return 0;
}

/** Files in rows of equal height, of which only those near the screen are in the document. */
export function VirtualItems(props: VirtualItemsProps) {
  const { items, semantics, hasMore, busy, onMore, onTop, resetKey } = props;
  const box = useRef<HTMLDivElement>(null);
  const frame = useFrame(box);
  const { columns, rowHeight, gap } = props.layout(frame);
  const ids = useMemo(() => items.map((file) => file.id), [items]);
  const loadedRows = Math.ceil(items.length / columns);

  const virtualizer = useWindowVirtualizer({
    count: loadedRows + (hasMore ? 1 : 0),
    estimateSize: () => rowHeight,
    gap,
    overscan: 4,
    scrollMargin: frame.top,
    scrollPaddingStart: headerHeight + 60,
    scrollPaddingEnd: 24,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the cached sizes hold for one row height
  useEffect(() => virtualizer.measure(), [virtualizer, rowHeight, gap]);
  useScrollAnchor({
    ids,
    columns,
    stride: rowHeight + gap,
    top: frame.top - headerHeight,
    resetKey,
  });

  const rows = virtualizer.getVirtualItems();
  const firstRow = rows[0]?.index ?? 0;
  const lastRow = rows.at(-1)?.index ?? 0;
  const nearEnd = hasMore && !busy && lastRow >= loadedRows - 2;
  useEffect(() => {
    if (nearEnd) onMore();
  }, [nearEnd, onMore]);
  useEffect(() => {
    if (firstRow !== 0) return;
    // A while, since a page that comes back from history stands at its top until it is scrolled.
    const timer = window.setTimeout(onTop, restAtTopMs);
    return () => window.clearTimeout(timer);
  }, [firstRow, onTop]);

  function move(event: KeyboardEvent<HTMLDivElement>) {
    const at = (event.target as HTMLElement).closest<HTMLElement>("[data-index]")?.dataset.index;
    const step = stepOf(event.key, columns);
    if (at === undefined || step === 0) return;
    const next = Number(at) + step;
    if (next < 0 || next >= items.length) return;
    event.preventDefault();
    virtualizer.scrollToIndex(Math.floor(next / columns), { align: "auto" });
    // The row comes into the document with the scroll event's render.
    window.requestAnimationFrame(() => {
      box.current
        ?.querySelector<HTMLElement>(`[data-index="${next}"] a`)
        ?.focus({ preventScroll: true });
    });
  }

  const itemRole = semantics === "list" ? "listitem" : "row";
  const width = `calc((100% - ${(columns - 1) * gap}px) / ${columns})`;
  return (
    <div
      ref={box}
      role={semantics}
      aria-label={props.label}
      className={classes.box}
      style={{ height: virtualizer.getTotalSize() }}
      onKeyDown={move}
    >
      {rows.flatMap((row) =>
        Array.from({ length: columns }, (_, column) => {
          const index = row.index * columns + column;
          const file = items[index];
          if (file === undefined && (!hasMore || index < items.length)) return null;
          const left = `calc((100% + ${gap}px) / ${columns} * ${column})`;
          const transform = `translateY(${row.start - frame.top}px)`;
          const style = { width, height: rowHeight, left, transform };
          if (file === undefined) {
            return (
              <div key={`later-${index}`} aria-hidden="true" className={classes.item} style={style}>
                {props.placeholder}
              </div>
            );
          }
          const place =
            semantics === "list"
              ? { "aria-posinset": index + 1, "aria-setsize": hasMore ? -1 : items.length }
              : { "aria-rowindex": index + 2 };
          return (
            <div
              key={file.id}
              role={itemRole}
              data-index={index}
              className={classes.item}
              style={style}
              {...place}
            >
              {props.render(file)}
            </div>
          );
        }),
      )}
    </div>
  );
}
