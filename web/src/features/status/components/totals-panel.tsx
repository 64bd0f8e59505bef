import { Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { Stats } from "@/lib/api/types";
import { formatCount, formatLongDuration, formatSize } from "@/lib/format";
import { type FigureFact, Figures, UnreadableLink } from "./figures";
import classes from "./root-panel.module.css";

function unreadable(count: number): ReactNode {
  if (count === 0) return "0";
  const shown = formatCount(count);
  return <UnreadableLink label={`Show the ${shown} unreadable`}>{shown}</UnreadableLink>;
}

/** The whole library in numbers; `filling` while a scan still brings files. */
export function TotalsPanel({ stats, filling }: { stats: Stats; filling: boolean }) {
  const waiting = stats.queues["apollonia-populator"] ?? 0;
  const figures: FigureFact[] = [
    ["Files", formatCount(stats.files)],
    ["Size", formatSize(stats.total_size)],
    ["Playing time", formatLongDuration(stats.total_duration_ms)],
    ["Unreadable", unreadable(stats.by_status.unreadable ?? 0)],
    ["Missing", formatCount(stats.by_availability.missing ?? 0)],
  ];
  if (stats.dead_letters > 0) figures.push(["Set aside", formatCount(stats.dead_letters)]);
  return (
    <section className={classes.totals} aria-label="Library totals">
      <h2 className={classes.totalsName}>In the library</h2>
      {(filling || waiting > 0) && (
        <Text size="xs" c="dimmed">
          Still filling: files appear here a moment after they are done.
        </Text>
      )}
      <Figures figures={figures} />
    </section>
  );
}
