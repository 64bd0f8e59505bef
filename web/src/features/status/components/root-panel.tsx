import { Badge, Button, Group, Progress, Text } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { SafeName } from "@/components/ui/safe-name";
import type { RootStatus } from "@/lib/api/types";
import { formatAgo, formatCount, formatRate } from "@/lib/format";
import { useRescan } from "../api/rescan-root";
import { isBusy, isTroubled, percentDone, stateNames } from "../progress";
import { type FigureFact, Figures, UnreadableLink } from "./figures";
import classes from "./root-panel.module.css";
import { SkippedList } from "./skipped-list";

function StateBadge({ root }: { root: RootStatus }) {
  const tone = isTroubled(root) ? "bad" : isBusy(root) ? "busy" : "calm";
  return (
    <Badge variant="outline" className={classes.state} data-tone={tone} size="sm">
      {stateNames[root.state]}
    </Badge>
  );
}

function RescanButton({ root }: { root: string }) {
  const rescan = useRescan();
  return (
    <>
      <Button
        variant="default"
        size="xs"
        leftSection={<IconRefresh size={14} aria-hidden="true" />}
        loading={rescan.isPending}
        onClick={() => rescan.mutate(root)}
      >
        Rescan
      </Button>
      <Text size="xs" role="status" c={rescan.error ? "var(--app-danger)" : "dimmed"}>
        {rescan.error?.message ?? (rescan.isSuccess ? "Asked for" : "")}
      </Text>
    </>
  );
}

/** One watched folder: what it does, how far it is, and what it left out. */
export function RootPanel({ root }: { root: RootStatus }) {
  const figures: FigureFact[] = [
    ["Found", formatCount(root.found)],
    ["Done", formatCount(root.done)],
    ["Left", formatCount(root.left)],
  ];
  if (isBusy(root) && root.rate !== null) figures.push(["Rate", formatRate(root.rate)]);
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
      <Figures figures={figures} />
      {root.errors > 0 && (
        <Text size="sm" mt={8}>
          Of those done,{" "}
          <UnreadableLink folder={root.root}>{formatCount(root.errors)} unreadable</UnreadableLink>
        </Text>
      )}
      <Group gap="sm" mt={10}>
        <RescanButton root={root.root} />
        {root.last_scan_time && (
          <Text size="xs" c="dimmed">
            Last scan {formatAgo(root.last_scan_time)}
          </Text>
        )}
      </Group>
      {root.skipped_count > 0 && <SkippedList skipped={root.skipped} count={root.skipped_count} />}
    </section>
  );
}
