import { Button, Menu } from "@mantine/core";
import { IconCheck, IconChevronDown } from "@tabler/icons-react";
import type { FilterChange, LibraryFilters } from "../filters";
import classes from "./toolbar.module.css";

interface StatusFilterProps {
  filters: LibraryFilters;
  onChange: (change: FilterChange) => void;
}

const choices: { name: string; change: FilterChange }[] = [
  { name: "Any", change: { status: undefined, missing: undefined } },
  { name: "Cataloged", change: { status: ["cataloged"], missing: undefined } },
  { name: "Unreadable", change: { status: ["unreadable"], missing: undefined } },
  { name: "Skipped", change: { status: ["skipped"], missing: undefined } },
  { name: "Missing", change: { status: undefined, missing: true } },
];

function currentName({ status, missing }: LibraryFilters): string {
  const same = choices.find(
    ({ change }) => change.missing === missing && change.status?.join() === status?.join(),
  );
  return same?.name ?? "Several";
}

export function StatusFilter({ filters, onChange }: StatusFilterProps) {
  const current = currentName(filters);
  return (
    <Menu position="bottom-start" shadow="md" width={170}>
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
        {choices.map(({ name, change }) => (
          <Menu.Item
            key={name}
            aria-current={name === current ? "true" : undefined}
            rightSection={name === current ? <IconCheck size={15} aria-hidden="true" /> : null}
            onClick={() => onChange(change)}
          >
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
