import { Link } from "@tanstack/react-router";
import { CopyButton } from "@/components/ui/copy-button";
import { SafeName } from "@/components/ui/safe-name";
import type { FileDetail } from "@/lib/api/types";
import { formatTime } from "@/lib/format";
import { known } from "../facts";
import { FactList, Section } from "./section";
import classes from "./section.module.css";

function Copyable({ name, value }: { name: string; value: string }) {
  return (
    <div className={classes.copyRow}>
      <dt>{name}</dt>
      <dd>
        <SafeName name={value} wrap />
        <CopyButton value={value} what={name} />
      </dd>
    </div>
  );
}

/** Where the file is, when what happened to it, and what it is known by. */
export function Whereabouts({ file }: { file: FileDetail }) {
  const times = known([
    ["Added", formatTime(file.added_time)],
    ["Modified", formatTime(file.modified_time)],
    ["Accessed", formatTime(file.accessed_time)],
    ["Changed", formatTime(file.changed_time)],
    ["Last event", formatTime(file.timestamp)],
    ["Missing since", file.missing_since && formatTime(file.missing_since)],
  ]);
  return (
    <>
      <Section title="Location">
        <dl className={classes.copyRows}>
          <Copyable name="Path" value={file.file_path} />
          <div className={classes.copyRow}>
            <dt>Folder</dt>
            <dd>
              <Link to="/" search={{ folder: file.folder }} style={{ color: "var(--app-ok)" }}>
                <SafeName name={file.folder} wrap />
              </Link>
            </dd>
          </div>
          <Copyable name="Root" value={file.root} />
          {file.file_path_b64 !== null && (
            <Copyable name="Raw name (base64)" value={file.file_path_b64} />
          )}
        </dl>
      </Section>
      <Section title="Times">
        <FactList facts={times} />
      </Section>
      <Section title="Fingerprints">
        <dl className={classes.copyRows}>
          {file.sha256_hash !== null && <Copyable name="SHA-256" value={file.sha256_hash} />}
          {file.xxh128_hash !== null && <Copyable name="xxHash 128" value={file.xxh128_hash} />}
          <Copyable name="File id" value={file.id} />
        </dl>
      </Section>
    </>
  );
}
