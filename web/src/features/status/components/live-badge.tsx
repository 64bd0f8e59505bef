import { Tooltip } from "@mantine/core";
import { type LiveState, useLiveState } from "@/lib/live-provider";
import classes from "./live-badge.module.css";

const words: Record<LiveState, { label: string; hint: string; tone: "ok" | "wait" | "bad" }> = {
  live: { label: "Live", hint: "Changes appear by themselves", tone: "ok" },
  connecting: { label: "Connecting", hint: "Opening the live connection", tone: "wait" },
  reconnecting: {
    label: "Reconnecting",
    hint: "The live connection was lost; the list may be behind until it is back",
    tone: "bad",
  },
  offline: { label: "Offline", hint: "No live connection", tone: "wait" },
  "signed-out": { label: "Signed out", hint: "Sign in again to see changes", tone: "bad" },
  refused: {
    label: "Not live",
    hint: "The server refuses live updates under this address: open the one printed in the terminal",
    tone: "bad",
  },
};

export function LiveBadge() {
  const { label, hint, tone } = words[useLiveState()];
  return (
    <Tooltip label={hint} withArrow multiline maw={280}>
      <span
        role="status"
        aria-label={`Connection: ${label}`}
        className={classes.badge}
        data-tone={tone}
      >
        <span className={classes.dot} aria-hidden="true" />
        <span className={classes.label} aria-hidden="true">
          {label}
        </span>
      </span>
    </Tooltip>
  );
}
