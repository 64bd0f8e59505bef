import { Badge } from "@mantine/core";
import type { RootStatus } from "@/lib/api/types";
import { shownState, stateNames, toneOf } from "../progress";
import classes from "./state-badge.module.css";

export function StateBadge({ root }: { root: RootStatus }) {
  return (
    <Badge variant="outline" className={classes.state} data-tone={toneOf(root)} size="sm">
      {stateNames[shownState(root)]}
    </Badge>
  );
}
