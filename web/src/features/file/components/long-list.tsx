import { Button } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { formatCount } from "@/lib/format";
import classes from "./section.module.css";

const firstShown = 50;

interface LongListProps<T> {
  items: T[];
  /** What one of them looks like; it stands in a list item. */
  render: (item: T, at: number) => ReactNode;
  /** There are more than the catalog keeps. */
  truncated?: boolean;
}

/** The first of many, and the rest on request; the order of the items is theirs for good. */
export function LongList<T>({ items, render, truncated }: LongListProps<T>) {
  const [all, setAll] = useState(false);
  const shown = all ? items : items.slice(0, firstShown);
  return (
    <>
      <ol className={classes.list}>
        {shown.map((item, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: nothing comes between them
          <li key={at} className={classes.entry}>
            {render(item, at)}
          </li>
        ))}
      </ol>
      {shown.length < items.length && (
        <Button variant="subtle" size="xs" mt={8} onClick={() => setAll(true)}>
          Show all {formatCount(items.length)}
        </Button>
      )}
      {truncated && shown.length === items.length && (
        <p className={classes.more}>The file has more than are kept here.</p>
      )}
    </>
  );
}
