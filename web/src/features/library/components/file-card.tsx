import { Link } from "@tanstack/react-router";
import { memo } from "react";
import { Artwork } from "@/components/ui/artwork";
import { HoverClip } from "@/components/ui/hover-clip";
import { SafeName } from "@/components/ui/safe-name";
import { StateBadges } from "@/components/ui/state-badges";
import type { FileItem } from "@/lib/api/types";
import { formatCodec } from "@/lib/codec-names";
import { fileCodec, fileReason, fileTitle, isDoubtful } from "@/lib/file-facts";
import { baseName, visibleName } from "@/lib/file-name";
import { formatDuration, formatSize } from "@/lib/format";
import classes from "./file-card.module.css";

function pixels({ width, height }: FileItem): string | null {
  return width && height ? `${width} × ${height}` : null;
}

/** The two lines under the title: who and where from; for pictures and films what the file knows. */
function lines(file: FileItem): [string | null, string | null] {
  const first = file.artist ?? file.album_artist ?? (file.kind === "audio" ? null : pixels(file));
  const second = file.album ?? baseName(file.folder);
  return first === null ? [second, null] : [first, second];
}

function Facts({ file }: { file: FileItem }) {
  const reason = fileReason(file);
  const [first, second] = lines(file);
  const codec = fileCodec(file);
  return (
    <>
      {reason !== null ? (
        <span className={classes.reason} data-doubtful={isDoubtful(file)} title={reason}>
          {visibleName(reason)}
        </span>
      ) : (
        <>
          {first !== null && <SafeName name={first} className={classes.line} />}
          {second !== null && <SafeName name={second} className={classes.line} />}
        </>
      )}
      <span className={`${classes.meta} tabular`}>
        {codec !== null && <span>{formatCodec(codec)}</span>}
        <span>{formatSize(file.size)}</span>
      </span>
    </>
  );
}

export const FileCard = memo(function FileCard({ file }: { file: FileItem }) {
  return (
    <Link
      to="/files/$id"
      params={{ id: file.id }}
      className={classes.card}
      data-gone={file.availability !== "present"}
    >
      <span className={classes.cover}>
        <Artwork file={file} size={320} />
        <HoverClip file={file} />
        <span className={classes.badges}>
          <StateBadges file={file} />
        </span>
        {file.duration_ms !== null && (
          <span className={`${classes.length} tabular`}>{formatDuration(file.duration_ms)}</span>
        )}
      </span>
      <span className={classes.text}>
        <SafeName name={fileTitle(file)} className={classes.title} />
        <Facts file={file} />
      </span>
    </Link>
  );
});

export function CardPlaceholder() {
  return (
    <div className={classes.card}>
      <span className={`${classes.cover} ${classes.waiting}`} />
    </div>
  );
}
