import {
  IconAlertTriangle,
  IconPlugConnectedX,
  IconShieldX,
  IconUnlink,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import { Notice } from "@/components/ui/notice";
import type { RootStatus } from "@/lib/api/types";
import { formatAgo, formatCount } from "@/lib/format";
import { PathList } from "./path-list";

/** An ingestor tells of itself at least once a minute; clocks may differ by some. */
const silentAfterMs = 5 * 60_000;

function Unavailable({ message }: RootStatus) {
  return (
    <Notice tone="danger" icon={<IconUnlink size={20} />} title="Out of reach, nothing was deleted">
      <Lines>
        {message}
        It goes on by itself as soon as the files are back.
      </Lines>
    </Notice>
  );
}

function Lines({ children }: { children: ReactNode[] }) {
  return children.map((line, at) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: fixed lines
    line ? <div key={at}>{line}</div> : null,
  );
}

function Degraded({ message }: RootStatus) {
  return (
    <Notice
      tone="warning"
      icon={<IconAlertTriangle size={20} />}
      title="Works, but not as well as it could"
    >
      {message}
    </Notice>
  );
}

function Stopped({ message }: RootStatus) {
  return (
    <Notice
      tone="warning"
      icon={<IconPlugConnectedX size={20} />}
      title="Nobody looks at this folder now"
    >
      <Lines>
        {message}
        What changes in it is found at the next start of Apollonia with this folder.
      </Lines>
    </Notice>
  );
}

function Silent({ since }: { since: string }) {
  return (
    <Notice
      tone="warning"
      icon={<IconPlugConnectedX size={20} />}
      title={`Last heard of ${formatAgo(since)}`}
    >
      The process that looks at this folder may have stopped; what is shown here may be out of date.
    </Notice>
  );
}

function Corrupted({ corrupted, corrupted_count }: RootStatus) {
  const some = corrupted_count === 1 ? "1 file" : `${formatCount(corrupted_count)} files`;
  return (
    <Notice tone="danger" icon={<IconShieldX size={20} />} title={`${some} changed silently`}>
      The content is not what was read before, yet nobody wrote it: the disk may be failing. Compare
      with a backup, and restore from there.
      <PathList
        items={corrupted}
        count={corrupted_count}
        word={corrupted_count === 1 ? "changed file" : "changed files"}
        tone="danger"
        wrap
      />
    </Notice>
  );
}

const byState: Partial<Record<RootStatus["state"], (root: RootStatus) => ReactNode>> = {
  unavailable: Unavailable,
  degraded: Degraded,
  stopped: Stopped,
};

/** What is wrong with a root, and what to do about it. */
export function FolderNotices({ root, now = Date.now() }: { root: RootStatus; now?: number }) {
  const OfState = byState[root.state];
  const { updated_time: heard, state } = root;
  const silent = heard !== null && now - new Date(heard).getTime() > silentAfterMs;
  return (
    <>
      {OfState !== undefined && <OfState {...root} />}
      {silent && state !== "stopped" && <Silent since={heard} />}
      {root.corrupted_count > 0 && <Corrupted {...root} />}
    </>
  );
}
