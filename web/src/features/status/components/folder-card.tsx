import { Group, Progress, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useId } from "react";
import { SafeName } from "@/components/ui/safe-name";
import { useRootAction } from "@/lib/api/root-actions";
import type { RootStatus } from "@/lib/api/types";
import {
  formatAgo,
  formatCount,
  formatInterval,
  formatRate,
  formatRemaining,
  formatTime,
} from "@/lib/format";
import { isBusy, percentDone } from "../progress";
import { storageName } from "../storage";
import { type FigureFact, Figures, UnreadableLink } from "./figures";
import classes from "./folder-card.module.css";
import { FolderNotices } from "./folder-notices";
import { PathList } from "./path-list";
import { Outcome, PauseButton } from "./root-buttons";
import { ScanButtons } from "./scan-buttons";
import { StateBadge } from "./state-badge";

/** States whose message stands in a notice of its own. */
const noticed: ReadonlySet<RootStatus["state"]> = new Set(["unavailable", "degraded", "stopped"]);

function figuresOf(root: RootStatus): FigureFact[] {
  const busy = isBusy(root);
  const unreadable = formatCount(root.errors);
  const figures: FigureFact[] = [
    ["Found", formatCount(root.found)],
    ["Done", formatCount(root.done)],
    ["Left", formatCount(root.left)],
  ];
  if (busy && root.rate !== null) figures.push(["Rate", formatRate(root.rate)]);
  if (busy && root.remaining_seconds !== null) {
    figures.push(["Time to finish", formatRemaining(root.remaining_seconds)]);
  }
  if (root.errors > 0) {
    figures.push([
      "Unreadable",
      <UnreadableLink
        key="unreadable"
        folder={root.root}
        label={`Show the ${unreadable} unreadable`}
      >
        {unreadable}
      </UnreadableLink>,
    ]);
  }
  return figures;
}

function Fact({ name, children, wide }: { name: string; children: ReactNode; wide?: boolean }) {
  return (
    <div className={classes.fact} data-wide={wide}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function watchedHow({ state, paused, polled_seconds }: RootStatus): string | null {
  if (paused) return "Found after it is resumed";
  if (polled_seconds !== null) return `Polled every ${formatInterval(polled_seconds)}`;
  return state === "stopped" || state === "unavailable" ? null : "Watched: found at once";
}

function Facts({ root }: { root: RootStatus }) {
  const how = watchedHow(root);
  const storage = storageName(root.storage);
  const { last_error: error } = root;
  return (
    <dl className={classes.facts}>
      {how !== null && <Fact name="Changes">{how}</Fact>}
      {storage !== null && <Fact name="Storage">{storage}</Fact>}
      <Fact name="Last scan">
        {root.last_scan_time === null ? (
          "Not yet"
        ) : (
          <time dateTime={root.last_scan_time} title={formatTime(root.last_scan_time)}>
            {formatAgo(root.last_scan_time)}
          </time>
        )}
      </Fact>
      {root.holder !== null && (
        <Fact name="Ingestor">
          <SafeName name={root.holder} wrap />
        </Fact>
      )}
      {error !== null && (
        <Fact name="Last error" wide>
          {error.path !== null && <SafeName name={error.path} wrap className={classes.errorPath} />}
          {error.message}{" "}
          <time className={classes.ago} dateTime={error.time} title={formatTime(error.time)}>
            {formatAgo(error.time)}
          </time>
        </Fact>
      )}
    </dl>
  );
}

function Head({ root, id }: { root: RootStatus; id: string }) {
  return (
    <div className={classes.head}>
      <h2 id={id} className={classes.name}>
        <Link to="/" search={{ folder: root.root }} className={classes.path}>
          <SafeName name={root.root} wrap />
        </Link>
      </h2>
      <StateBadge root={root} />
    </div>
  );
}

/** All that is known of one watched folder, and all that can be asked of it. */
export function FolderCard({ root }: { root: RootStatus }) {
  const id = useId();
  const act = useRootAction();
  return (
    <section className={classes.card} aria-labelledby={id}>
      <Head root={root} id={id} />
      {root.message !== null && !noticed.has(root.state) && (
        <Text size="sm" c="dimmed" mb={12}>
          {root.message}
        </Text>
      )}
      <FolderNotices root={root} />
      {isBusy(root) && (
        <Progress
          size="sm"
          value={percentDone(root)}
          color="var(--app-ok)"
          aria-label={`Scan of ${root.root}`}
        />
      )}
      <Figures figures={figuresOf(root)} />
      <Facts root={root} />
      {root.skipped_count > 0 && (
        <PathList items={root.skipped} count={root.skipped_count} word="skipped" wrap />
      )}
      <Group gap="xs" mt={16}>
        <PauseButton root={root} act={act} />
        <ScanButtons roots={[root]} root={root.root} act={act} />
        <Outcome act={act} root={root} />
      </Group>
    </section>
  );
}
