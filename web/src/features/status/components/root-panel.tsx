import { Group, Progress, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { SafeName } from "@/components/ui/safe-name";
import { useRootAction } from "@/lib/api/root-actions";
import type { RootStatus } from "@/lib/api/types";
import { formatAgo, formatCount, formatRate, formatRemaining } from "@/lib/format";
import { isBusy, isTroubled, percentDone } from "../progress";
import { type FigureFact, Figures, UnreadableLink } from "./figures";
import { PathList } from "./path-list";
import { Outcome, PauseButton, RescanButton } from "./root-buttons";
import classes from "./root-panel.module.css";
import { StateBadge } from "./state-badge";

function figuresOf(root: RootStatus): FigureFact[] {
  const figures: FigureFact[] = [
    ["Found", formatCount(root.found)],
    ["Done", formatCount(root.done)],
    ["Left", formatCount(root.left)],
  ];
  if (isBusy(root) && root.rate !== null) figures.push(["Rate", formatRate(root.rate)]);
  return figures;
}

function Buttons({ root }: { root: RootStatus }) {
  const act = useRootAction();
  return (
    <Group gap="sm" mt={10}>
      <PauseButton root={root} act={act} />
      {root.state === "unavailable" ? (
        // There a rescan may confirm that files are gone: not without the words that go with it.
        <Link to="/folders" className={classes.more}>
          What to do
        </Link>
      ) : (
        <RescanButton act={act} onClick={() => act.mutate({ action: "rescan", root: root.root })} />
      )}
      {root.last_scan_time && (
        <Text size="xs" c="dimmed">
          Last scan {formatAgo(root.last_scan_time)}
        </Text>
      )}
      <Outcome act={act} root={root} />
    </Group>
  );
}

/** One watched folder: what it does, how far it is, and what it left out. */
export function RootPanel({ root }: { root: RootStatus }) {
  return (
    <section className={classes.root} aria-label={`Folder ${root.root}`}>
      <Group justify="space-between" wrap="nowrap" gap="sm">
        <Link to="/" search={{ folder: root.root }} className={classes.path}>
          <SafeName name={root.root} />
        </Link>
        <StateBadge root={root} />
      </Group>
      {root.message && (
        <Text size="sm" mt={6} c={isTroubled(root) ? "var(--app-danger)" : "dimmed"}>
          {root.message}
        </Text>
      )}
      {isBusy(root) && (
        <Progress
          mt={10}
          size="sm"
          value={percentDone(root)}
          color="var(--app-ok)"
          aria-label={`Scan of ${root.root}`}
        />
      )}
      <Figures figures={figuresOf(root)} />
      {isBusy(root) && root.remaining_seconds !== null && (
        <Text size="sm" mt={8}>
          Done in about {formatRemaining(root.remaining_seconds)}
        </Text>
      )}
      {root.errors > 0 && (
        <Text size="sm" mt={8}>
          Of those done,{" "}
          <UnreadableLink folder={root.root}>{formatCount(root.errors)} unreadable</UnreadableLink>
        </Text>
      )}
      {root.corrupted_count > 0 && (
        <Text size="sm" mt={8}>
          <Link to="/folders" className={classes.alarm}>
            {formatCount(root.corrupted_count)} changed silently
          </Link>
        </Text>
      )}
      {root.skipped_count > 0 && (
        <PathList items={root.skipped} count={root.skipped_count} word="skipped" />
      )}
      <Buttons root={root} />
    </section>
  );
}
