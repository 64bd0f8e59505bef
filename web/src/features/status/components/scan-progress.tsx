import { Button, Popover, RingProgress, ScrollArea, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconDatabase } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { statsQuery } from "@/lib/api/stats-query";
import type { Stats } from "@/lib/api/types";
import { formatCount, formatRate, formatSize } from "@/lib/format";
import { type Progress, totalProgress } from "../progress";
import { RootPanel } from "./root-panel";
import panel from "./root-panel.module.css";
import classes from "./scan-progress.module.css";
import { TotalsPanel } from "./totals-panel";

function Trouble() {
  return (
    <>
      <IconAlertTriangle size={18} color="var(--app-danger)" aria-hidden="true" />
      <span className="visually-hidden">A folder needs attention. </span>
    </>
  );
}

function Sign({ progress }: { progress: Progress }) {
  if (progress.busy) {
    return (
      <RingProgress
        size={26}
        thickness={4}
        roundCaps
        aria-hidden="true"
        sections={[{ value: progress.percent, color: "var(--app-ok)" }]}
        rootColor="var(--app-line)"
      />
    );
  }
  if (progress.troubled) return <Trouble />;
  return <IconDatabase size={18} stroke={1.6} aria-hidden="true" />;
}

function Words({ stats, progress }: { stats: Stats; progress: Progress }) {
  if (!progress.busy) {
    return (
      <span className={classes.words}>
        <span className="visually-hidden">Library status: </span>
        {formatCount(stats.files)} files
        <span className={classes.more}> · {formatSize(stats.total_size)}</span>
      </span>
    );
  }
  return (
    <span className={classes.words}>
      <span className="visually-hidden">Scan progress: </span>
      {formatCount(progress.done)}
      <span className={classes.more}> of {formatCount(progress.found)}</span>
      {progress.rate !== null && (
        <span className={classes.extra}> · {formatRate(progress.rate)}</span>
      )}
      <span className="visually-hidden">, {formatCount(progress.left)} left</span>
    </span>
  );
}

/** The header's view of the scan; all roots on click. */
export function ScanProgress() {
  const { data: stats } = useQuery(statsQuery);
  const [opened, setOpened] = useState(false);
  if (stats === undefined) return null;
  const progress = totalProgress(stats.roots);
  return (
    <Popover
      width="min(460px, calc(100vw - 24px))"
      position="bottom-end"
      shadow="lg"
      trapFocus
      opened={opened}
      onChange={setOpened}
    >
      <Popover.Target>
        <Button
          variant="default"
          radius="xl"
          size="sm"
          px={13}
          h={36}
          className={`${classes.pill} tabular`}
          leftSection={<Sign progress={progress} />}
          onClick={() => setOpened(!opened)}
          rightSection={progress.busy && progress.troubled ? <Trouble /> : null}
        >
          <Words stats={stats} progress={progress} />
        </Button>
      </Popover.Target>
      <Popover.Dropdown
        p={0}
        aria-label="Library status"
        // Links lead to the list, which the panel would cover.
        onClick={({ target }) => {
          if (target instanceof Element && target.closest("a") !== null) setOpened(false);
        }}
      >
        <ScrollArea.Autosize mah="min(70dvh, 640px)" type="auto">
          <Stack gap={0}>
            {stats.roots.map((root) => (
              <RootPanel key={root.root} root={root} />
            ))}
            {stats.roots.length === 0 && (
              <Text p="md" size="sm">
                No folder is watched. Start Apollonia with one: <code>apollonia up ~/Music</code>
              </Text>
            )}
            <TotalsPanel stats={stats} filling={progress.busy} />
            {stats.roots.length > 0 && (
              <div className={panel.footer}>
                <Link to="/folders" className={panel.more}>
                  All about the folders
                </Link>
              </div>
            )}
          </Stack>
        </ScrollArea.Autosize>
      </Popover.Dropdown>
    </Popover>
  );
}
