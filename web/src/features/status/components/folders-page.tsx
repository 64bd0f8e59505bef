import { Anchor, Button, Code, Group, Stack, Text, Title } from "@mantine/core";
import { IconArrowLeft, IconPlayerPause, IconPlayerPlay } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ErrorState } from "@/components/ui/error-state";
import { useRootAction } from "@/lib/api/root-actions";
import { statsQuery } from "@/lib/api/stats-query";
import type { RootStatus } from "@/lib/api/types";
import { formatCount } from "@/lib/format";
import { useTitle } from "@/lib/use-title";
import { needsAttention, totalProgress } from "../progress";
import { FolderCard } from "./folder-card";
import classes from "./folders-page.module.css";
import { Outcome } from "./root-buttons";
import { ScanButtons } from "./scan-buttons";

function summary(roots: RootStatus[]): string {
  const { done, found, busy } = totalProgress(roots);
  const troubled = roots.filter(needsAttention).length;
  const words = [
    roots.length === 1 ? "1 folder" : `${formatCount(roots.length)} folders`,
    busy
      ? `${formatCount(done)} of ${formatCount(found)} files done`
      : `${formatCount(found)} files`,
  ];
  if (troubled > 0) words.push(troubled === 1 ? "1 needs attention" : `${troubled} need attention`);
  return words.join(" · ");
}

/** What can be asked of every folder at once. */
function AllButtons({ roots }: { roots: RootStatus[] }) {
  const act = useRootAction();
  const pausing = roots.some((root) => !root.paused);
  const Icon = pausing ? IconPlayerPause : IconPlayerPlay;
  return (
    <fieldset className={classes.all} aria-label="All folders">
      <Outcome act={act} />
      <Button
        variant="default"
        size="xs"
        leftSection={<Icon size={14} aria-hidden="true" />}
        onClick={() => act.mutate({ action: pausing ? "pause" : "resume", root: null })}
      >
        {pausing ? "Pause all" : "Resume all"}
      </Button>
      <ScanButtons roots={roots} root={null} act={act} />
    </fieldset>
  );
}

function NoFolders() {
  return (
    <Stack align="center" gap="sm" py={72} ta="center">
      <Title order={2} size="h3">
        No folder is watched
      </Title>
      <Text>Start Apollonia with the folders that have your media:</Text>
      <Code block>apollonia up ~/Music ~/Videos</Code>
    </Stack>
  );
}

function Folders({ roots }: { roots: RootStatus[] }) {
  if (roots.length === 0) return <NoFolders />;
  return (
    <>
      {roots.map((root) => (
        <FolderCard key={root.root} root={root} />
      ))}
    </>
  );
}

/** Every watched folder: how it is, and what can be asked of it. */
export function FoldersPage() {
  const { data: stats, error, refetch, isFetching } = useQuery(statsQuery);
  useTitle("Folders");
  const roots = stats?.roots ?? [];
  return (
    <div className={classes.page}>
      <Anchor component={Link} to="/" className={classes.back}>
        <IconArrowLeft size={16} aria-hidden="true" /> Library
      </Anchor>
      <Group justify="space-between" align="flex-end" gap="sm" className={classes.head}>
        <div>
          <Title order={1} size="h2">
            Folders
          </Title>
          {roots.length > 0 && (
            <Text size="sm" c="dimmed" className="tabular">
              {summary(roots)}
            </Text>
          )}
        </div>
        {roots.length > 1 && <AllButtons roots={roots} />}
      </Group>
      {stats !== undefined && <Folders roots={roots} />}
      {stats === undefined && error === null && (
        <div className={classes.waiting} role="status" aria-busy="true" aria-label="Loading" />
      )}
      {stats === undefined && error !== null && (
        <ErrorState error={error} onRetry={() => void refetch()} retrying={isFetching} />
      )}
    </div>
  );
}
