import { Button, Text } from "@mantine/core";
import { IconPlayerPause, IconPlayerPlay, IconRefresh } from "@tabler/icons-react";
import type { RootRequest, useRootAction } from "@/lib/api/root-actions";
import type { RootStatus } from "@/lib/api/types";
import classes from "./root-buttons.module.css";

export type Act = ReturnType<typeof useRootAction>;

const failures: Record<RootRequest["action"], string> = {
  pause: "Not paused.",
  resume: "Not resumed.",
  rescan: "No rescan.",
  verify: "No verification.",
};

const wishes: Partial<Record<RootRequest["action"], string>> = {
  rescan: "Rescan asked for",
  verify: "Verification asked for",
};

/** Of the newest wish: that it was heard, until it shows; or why it was refused. */
export function Outcome({ act, root }: { act: Act; root?: RootStatus }) {
  const { error, variables, isSuccess, context } = act;
  if (error !== null && variables !== undefined) {
    return (
      <Text size="xs" role="status" c="var(--app-danger)" style={{ overflowWrap: "anywhere" }}>
        {failures[variables.action]} {error.message}
      </Text>
    );
  }
  const wish = isSuccess && variables !== undefined ? wishes[variables.action] : undefined;
  return (
    <Text size="xs" role="status" c="dimmed" className={classes.outcome}>
      {wish !== undefined &&
        !hasBegun(root, context) &&
        (root?.paused ? `${wish}; it waits until this is resumed` : wish)}
    </Text>
  );
}

/** A scan shows as such; a short one only by its end. */
function hasBegun(root: RootStatus | undefined, before: RootStatus[] | undefined): boolean {
  if (root === undefined) return false;
  const then = before?.find((one) => one.root === root.root);
  return root.state === "scanning" || root.last_scan_time !== (then?.last_scan_time ?? null);
}

export function PauseButton({ root, act }: { root: RootStatus; act: Act }) {
  const action = root.paused ? "resume" : "pause";
  const Icon = root.paused ? IconPlayerPlay : IconPlayerPause;
  return (
    <Button
      variant="default"
      size="xs"
      leftSection={<Icon size={14} aria-hidden="true" />}
      onClick={() => act.mutate({ action, root: root.root })}
    >
      {root.paused ? "Resume" : "Pause"}
    </Button>
  );
}

interface RescanButtonProps {
  act: Act;
  all?: boolean;
  onClick: () => void;
}

export function RescanButton({ act, all, onClick }: RescanButtonProps) {
  return (
    <Button
      variant="default"
      size="xs"
      leftSection={<IconRefresh size={14} aria-hidden="true" />}
      loading={act.isPending && act.variables.action === "rescan"}
      onClick={onClick}
    >
      {all ? "Rescan all" : "Rescan"}
    </Button>
  );
}
