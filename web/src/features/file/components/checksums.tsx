import { IconAlertTriangle, IconCircleCheck, IconClock } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { Notice } from "@/components/ui/notice";
import { SafeName } from "@/components/ui/safe-name";
import type { Media } from "@/lib/api/types";
import { formatCodec } from "@/lib/codec-names";
import { formatCount } from "@/lib/format";
import { LongList } from "./long-list";
import { Section } from "./section";
import classes from "./section.module.css";

type Sums = NonNullable<Media["checksums"]>;

const files = (n: number): string => (n === 1 ? "1 file" : `${formatCount(n)} files`);
const verb = (n: number, one: string, many: string): string => (n === 1 ? one : many);

function Names({ names, truncated }: { names: string[]; truncated: boolean }) {
  return (
    <LongList
      items={names}
      truncated={truncated}
      render={(name) => <SafeName name={name} wrap className={classes.entryText} />}
    />
  );
}

interface GroupProps {
  title: string;
  names: string[];
  truncated: boolean;
}

function Group({ title, names, truncated }: GroupProps) {
  if (names.length === 0) return null;
  return (
    <div className={classes.group}>
      <h3 className={classes.streamName}>{title}</h3>
      <Names names={names} truncated={truncated} />
    </div>
  );
}

function Sign({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <p className={classes.sign}>
      {icon}
      {children}
    </p>
  );
}

function Verdict({ sums }: { sums: Sums }) {
  const { matched, mismatched, missing, unread, entries } = sums;
  if (mismatched.length > 0) {
    const n = mismatched.length;
    return (
      <Notice
        tone="danger"
        icon={<IconAlertTriangle size={20} />}
        title={`${files(n)} ${verb(n, "does", "do")} not match`}
      >
        What is in {verb(n, "it", "them")} is not what the checksum was made of. Compare with a
        backup, or download again.
        <Names names={mismatched} truncated={sums.truncated} />
      </Notice>
    );
  }
  if (matched === null) {
    return (
      <Sign icon={<IconClock size={18} aria-hidden="true" />}>
        {files(entries)}, not compared yet
      </Sign>
    );
  }
  if (missing.length > 0 || unread.length > 0) {
    return (
      <Sign icon={<IconCircleCheck size={18} aria-hidden="true" />}>{matchText(matched)}</Sign>
    );
  }
  return (
    <Sign icon={<IconCircleCheck size={18} color="var(--app-ok)" aria-hidden="true" />}>
      {matched === 1 ? "The file matches" : `All ${formatCount(matched)} files match`}
    </Sign>
  );
}

const matchText = (n: number): string => `${files(n)} ${verb(n, "matches", "match")}`;

/** A checksum file, and what came of comparing. */
export function Checksums({ sums }: { sums: Sums }) {
  const { algorithm, matched, mismatched, missing, unread, truncated } = sums;
  return (
    <Section title={algorithm ? `Checksums (${formatCodec(algorithm)})` : "Checksums"}>
      <Verdict sums={sums} />
      {mismatched.length > 0 && matched !== null && (
        <Sign icon={<IconCircleCheck size={18} aria-hidden="true" />}>{matchText(matched)}</Sign>
      )}
      <Group title="Not there" names={missing} truncated={truncated} />
      <Group title="Could not be compared" names={unread} truncated={truncated} />
    </Section>
  );
}
