// biome-ignore-all lint/a11y/useSemanticElements: rows are placed absolutely, which no <table> allows
// biome-ignore-all lint/a11y/useFocusableInteractive: heads hold a button, rows are no widgets
import { UnstyledButton } from "@mantine/core";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import type { FileItem, Sort } from "@/lib/api/types";
import type { FileListProps } from "./file-grid";
import { FileRow } from "./file-row";
import classes from "./file-table.module.css";
import { type Layout, VirtualItems } from "./virtual-items";

interface Column {
  name: string;
  /** The order that a click asks for first; columns without one can't be sorted. */
  sort?: Sort;
  className?: string;
}

const columns: Column[] = [
  { name: "Title", sort: "title" },
  { name: "Artist", sort: "artist", className: classes.artist },
  { name: "Album", sort: "album", className: classes.album },
  { name: "Length", sort: "-duration", className: classes.number },
  { name: "Codec", className: classes.codec },
  { name: "Size", sort: "-size", className: classes.number },
  { name: "Added", sort: "-added", className: classes.added },
];

const tableLayout = (): Layout => ({ columns: 1, rowHeight: 60, gap: 0 });
const renderRow = (file: FileItem) => <FileRow file={file} />;

const reversed = (sort: Sort): Sort => (sort.startsWith("-") ? sort.slice(1) : `-${sort}`) as Sort;

function ariaSort(column: Column, sort: Sort): "ascending" | "descending" | "none" | undefined {
  if (column.sort === undefined) return undefined;
  if (sort !== column.sort && sort !== reversed(column.sort)) return "none";
  return sort.startsWith("-") ? "descending" : "ascending";
}

function Head({ column, sort, onSort }: { column: Column; sort: Sort; onSort: (s: Sort) => void }) {
  const direction = ariaSort(column, sort);
  const { sort: first } = column;
  const Arrow = direction === "descending" ? IconArrowDown : IconArrowUp;
  return (
    <div role="columnheader" aria-sort={direction} className={column.className}>
      {first === undefined ? (
        column.name
      ) : (
        <UnstyledButton
          className={classes.head}
          onClick={() => onSort(sort === first ? reversed(first) : first)}
        >
          {column.name}
          {direction !== "none" && <Arrow size={13} aria-hidden="true" />}
        </UnstyledButton>
      )}
    </div>
  );
}

interface FileTableProps extends FileListProps {
  sort: Sort;
  onSort: (sort: Sort) => void;
}

export function FileTable({ sort, onSort, ...list }: FileTableProps) {
  const rows = list.hasMore ? -1 : list.items.length + 1;
  return (
    <div role="table" aria-label="Files" aria-rowcount={rows}>
      <div role="rowgroup" className={classes.headBar}>
        <div role="row" aria-rowindex={1} className={classes.row}>
          {columns.map((column) => (
            <Head key={column.name} column={column} sort={sort} onSort={onSort} />
          ))}
        </div>
      </div>
      <VirtualItems
        {...list}
        semantics="rowgroup"
        label="Files"
        layout={tableLayout}
        render={renderRow}
        placeholder={null}
      />
    </div>
  );
}
