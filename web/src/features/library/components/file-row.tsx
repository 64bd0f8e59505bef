import { Link } from "@tanstack/react-router";
import { memo, type ReactNode } from "react";
import { Artwork } from "@/components/ui/artwork";
import { SafeName } from "@/components/ui/safe-name";
import { StateBadges } from "@/components/ui/state-badges";
import type { FileItem } from "@/lib/api/types";
import { formatCodec } from "@/lib/codec-names";
import { fileCodec, fileReason, fileTitle, isDoubtful } from "@/lib/file-facts";
import { baseName, visibleName } from "@/lib/file-name";
import { formatDay, formatDuration, formatSize } from "@/lib/format";
import classes from "./file-table.module.css";

function Cell({ className, children }: { className?: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: see file-table.tsx
    <div role="cell" className={className ? `${classes.cell} ${className}` : classes.cell}>
      {children}
    </div>
  );
}

/** On a phone the line under the title: who; else the file, or its folder where the title is the file. */
const underTitle = (file: FileItem): string =>
  file.artist ?? (fileTitle(file) === file.name ? baseName(file.folder) : file.name);

function TitleCell({ file }: { file: FileItem }) {
  const reason = fileReason(file);
  return (
    <Cell className={classes.titleCell}>
      <span className={classes.thumb}>
        <Artwork file={file} size={96} />
      </span>
      <span className={classes.titleText}>
        <span className={classes.titleLine}>
          <Link to="/files/$id" params={{ id: file.id }} className={classes.link}>
            <SafeName name={fileTitle(file)} className={classes.title} />
          </Link>
          <StateBadges file={file} size="xs" />
        </span>
        {reason !== null ? (
          <span className={classes.reason} data-doubtful={isDoubtful(file)} title={reason}>
            {visibleName(reason)}
          </span>
        ) : (
          <SafeName name={underTitle(file)} className={classes.under} />
        )}
      </span>
    </Cell>
  );
}

export const FileRow = memo(function FileRow({ file }: { file: FileItem }) {
  const codec = fileCodec(file);
  return (
    <div
      role="none"
      className={`${classes.row} ${classes.body}`}
      data-gone={file.availability !== "present"}
    >
      <TitleCell file={file} />
      <Cell className={classes.artist}>{file.artist && <SafeName name={file.artist} />}</Cell>
      <Cell className={classes.album}>{file.album && <SafeName name={file.album} />}</Cell>
      <Cell className={classes.number}>
        {file.duration_ms !== null && formatDuration(file.duration_ms)}
      </Cell>
      <Cell className={classes.codec}>{codec && formatCodec(codec)}</Cell>
      <Cell className={classes.number}>{formatSize(file.size)}</Cell>
      <Cell className={classes.added}>{formatDay(file.added_time)}</Cell>
    </div>
  );
});
