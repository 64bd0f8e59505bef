import type { FileItem } from "@/lib/api/types";
import type { Frame } from "../hooks/use-frame";
import { CardPlaceholder, FileCard } from "./file-card";
import { type Layout, VirtualItems, type VirtualItemsProps } from "./virtual-items";

const gap = 20;
const narrowGap = 14;
/** Title, two lines, and the numbers under the cover, in pixels. */
const textHeight = 88;

function gridLayout({ width }: Frame): Layout {
  const space = width < 600 ? narrowGap : gap;
  const smallest = width < 600 ? 148 : 176;
  const columns = Math.max(2, Math.floor((width + space) / (smallest + space)));
  const cover = (width - (columns - 1) * space) / columns;
  return { columns, rowHeight: Math.floor(cover) + textHeight, gap: space };
}

const renderCard = (file: FileItem) => <FileCard file={file} />;

export type FileListProps = Omit<
  VirtualItemsProps,
  "layout" | "render" | "placeholder" | "semantics" | "label"
>;

export function FileGrid(props: FileListProps) {
  return (
    <VirtualItems
      {...props}
      semantics="list"
      label="Files"
      layout={gridLayout}
      render={renderCard}
      placeholder={<CardPlaceholder />}
    />
  );
}
