import type { Stats } from "@/lib/api/types";
import { formatCount, formatLongDuration, formatSize } from "@/lib/format";
import classes from "./root-panel.module.css";

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt className={classes.figureName}>{name}</dt>
      <dd className={`${classes.figureValue} tabular`}>{value}</dd>
    </div>
  );
}

export function Figures({ figures }: { figures: [string, string][] }) {
  return (
    <dl className={classes.figures}>
      {figures.map(([name, value]) => (
        <Figure key={name} name={name} value={value} />
      ))}
    </dl>
  );
}

/** The whole library in six numbers. */
export function TotalsPanel({ stats }: { stats: Stats }) {
  const waiting = Object.values(stats.queues).reduce((sum, depth) => sum + depth, 0);
  const figures: [string, string][] = [
    ["Files", formatCount(stats.files)],
    ["Size", formatSize(stats.total_size)],
    ["Playing time", formatLongDuration(stats.total_duration_ms)],
    ["Unreadable", formatCount(stats.by_status.unreadable ?? 0)],
    ["Missing", formatCount(stats.by_availability.missing ?? 0)],
    ["Waiting", formatCount(waiting)],
  ];
  if (stats.dead_letters > 0) figures.push(["Set aside", formatCount(stats.dead_letters)]);
  return (
    <section className={classes.totals} aria-label="Library totals">
      <Figures figures={figures} />
    </section>
  );
}
