import { UnstyledButton } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { useId, useState } from "react";
import { SafeName } from "@/components/ui/safe-name";
import type { RootStatus } from "@/lib/api/types";
import { formatCount } from "@/lib/format";
import classes from "./path-list.module.css";

interface PathListProps {
  /** Some of `count` paths, the newest first. */
  items: RootStatus["skipped"];
  count: number;
  /** What happened to them: "141 skipped". */
  word: string;
  tone?: "warning" | "danger";
  wrap?: boolean;
}

/** Paths with what there is to say of each, behind their number. */
export function PathList({ items, count, word, tone = "warning", wrap }: PathListProps) {
  const [open, setOpen] = useState(false);
  const id = useId();
  return (
    <div className={classes.box}>
      <UnstyledButton
        className={classes.toggle}
        data-tone={tone}
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
        {formatCount(count)} {word}
      </UnstyledButton>
      <ul id={id} hidden={!open} className={classes.items}>
        {items.map(({ path, reason }) => (
          <li key={path}>
            <SafeName name={path} wrap={wrap} />
            <div className={classes.reason}>{reason}</div>
          </li>
        ))}
        {count > items.length && (
          <li className={classes.reason}>and {formatCount(count - items.length)} more</li>
        )}
      </ul>
    </div>
  );
}
