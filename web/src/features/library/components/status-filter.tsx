import { Button, Menu } from "@mantine/core";
import { IconCheck, IconChevronDown } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { statsQuery } from "@/lib/api/stats-query";
import type { Stats } from "@/lib/api/types";
import { formatCount } from "@/lib/format";
import type { FilterChange, LibraryFilters } from "../filters";
import classes from "./toolbar.module.css";

interface StatusFilterProps {
  filters: LibraryFilters;
  onChange: (change: FilterChange) => void;
}

interface Choice {
  name: string;
  change: FilterChange;
  count: (stats: Stats) => number | undefined;
}

const choices: Choice[] = [
  {
    name: "Any",
    change: { status: undefined, missing: undefined },
    count: ({ files }) => files,
  },
  {
    name: "Readable",
    change: { status: ["cataloged"], missing: undefined },
    count: ({ by_status }) => by_status.cataloged,
  },
  {
    name: "Unreadable",
    change: { status: ["unreadable"], missing: undefined },
    count: ({ by_status }) => by_status.unreadable,
  },
  {
    name: "Skipped",
    change: { status: ["skipped"], missing: undefined },
    count: ({ by_status }) => by_status.skipped,
  },
  {
    name: "Missing",
    change: { status: undefined, missing: true },
    count: ({ by_availability }) => by_availability.missing,
  },
];

function currentName({ status, missing }: LibraryFilters): string {
  const same = choices.find(
    ({ change }) => change.missing === missing && change.status?.join() === status?.join(),
  );
  return same?.name ?? "Several";
}

function Count({ choice, stats }: { choice: Choice; stats: Stats }) {
  return <span className={classes.count}> {formatCount(choice.count(stats) ?? 0)}</span>;
}

/** Counts are those of the whole library: they come with what the header shows anyway. */
export function StatusFilter({ filters, onChange }: StatusFilterProps) {
  const { data: stats } = useQuery(statsQuery);
  const current = currentName(filters);
  return (
    <Menu position="bottom-start" shadow="md" width={200}>
      <Menu.Target>
        <Button
          variant="default"
          size="xs"
          data-active={current !== "Any"}
          className={classes.control}
          rightSection={<IconChevronDown size={14} aria-hidden="true" />}
        >
          {current === "Any" ? "Status" : `Status: ${current}`}
        </Button>
      </Menu.Target>
      <Menu.Dropdown aria-label="Status">
        {choices.map((choice) => (
          <Menu.Item
            key={choice.name}
            aria-current={choice.name === current ? "true" : undefined}
            rightSection={
              choice.name === current ? <IconCheck size={15} aria-hidden="true" /> : null
            }
            onClick={() => onChange(choice.change)}
          >
            {choice.name}
            {stats !== undefined && <Count choice={choice} stats={stats} />}
          </Menu.Item>
        ))}
        <Menu.Label>Counts of the whole library</Menu.Label>
      </Menu.Dropdown>
    </Menu>
  );
}
