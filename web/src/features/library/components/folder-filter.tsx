import { Button, Text, UnstyledButton } from "@mantine/core";
import { IconFolder, IconRefresh, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { SafeName } from "@/components/ui/safe-name";
import { useRootAction } from "@/lib/api/root-actions";
import { statsQuery } from "@/lib/api/stats-query";
import type { RootStatus } from "@/lib/api/types";
import { rootOf } from "@/lib/roots";
import classes from "./toolbar.module.css";

function ScanAgain({ folder, root }: { folder: string; root: RootStatus }) {
  const act = useRootAction();
  const heard = root.paused
    ? "Scan asked for; it waits until the folder is resumed"
    : "Scan asked for";
  return (
    <>
      <Button
        variant="subtle"
        size="xs"
        leftSection={<IconRefresh size={14} aria-hidden="true" />}
        loading={act.isPending}
        onClick={() =>
          act.mutate({
            action: "rescan",
            root: root.root,
            folder: folder === root.root ? undefined : folder,
          })
        }
      >
        Scan this folder again
      </Button>
      <Text size="xs" role="status" c={act.error ? "var(--app-danger)" : "dimmed"}>
        {act.error && `No scan. ${act.error.message}`}
        {act.isSuccess && heard}
      </Text>
    </>
  );
}

interface FolderFilterProps {
  folder: string;
  onRemove: () => void;
}

/** The folder that the list is narrowed to, and a scan of just that. */
export function FolderFilter({ folder, onRemove }: FolderFilterProps) {
  const { data: stats } = useQuery(statsQuery);
  const root = stats && rootOf(folder, stats.roots);
  return (
    <>
      <UnstyledButton
        className={classes.folder}
        aria-label={`Remove folder filter ${folder}`}
        onClick={onRemove}
      >
        <IconFolder size={15} aria-hidden="true" />
        <SafeName name={folder} />
        <IconX size={14} aria-hidden="true" />
      </UnstyledButton>
      {/* Out of reach there is nothing to scan; what to do then is said beside the root. */}
      {root !== undefined && root.state !== "unavailable" && (
        <ScanAgain folder={folder} root={root} />
      )}
    </>
  );
}
