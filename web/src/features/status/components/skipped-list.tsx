import { UnstyledButton } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { useId, useState } from "react";
import { SafeName } from "@/components/ui/safe-name";
import type { RootStatus } from "@/lib/api/types";
import { formatCount } from "@/lib/format";
import classes from "./root-panel.module.css";

/** What was left out and why; the newest hundred of them. */
export function SkippedList({ skipped, count }: Pick<RootStatus, "skipped"> & { count: number }) {
  const [open, setOpen] = useState(false);
  const id = useId();
  return (
    <div className={classes.skipped}>
      <UnstyledButton
        className={classes.toggle}
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
      >
        <IconChevronRight
          size={16}
          aria-hidden="true"
          className={classes.chevron}
          data-open={open}
        />
        {formatCount(count)} skipped
      </UnstyledButton>
      <ul id={id} hidden={!open} className={classes.skippedItems}>
        {skipped.map(({ path, reason }) => (
          <li key={path}>
            <SafeName name={path} />
            <span className={classes.reason}>{reason}</span>
          </li>
        ))}
        {count > skipped.length && (
          <li className={classes.reason}>and {formatCount(count - skipped.length)} more</li>
        )}
      </ul>
    </div>
  );
}
