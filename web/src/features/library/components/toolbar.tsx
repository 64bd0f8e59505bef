import { Button, NativeSelect, UnstyledButton } from "@mantine/core";
import { IconLayoutGrid, IconList } from "@tabler/icons-react";
import type { Facets, FilePage, Sort } from "@/lib/api/types";
import { formatCount } from "@/lib/format";
import {
  effectiveSort,
  type FilterChange,
  isFiltered,
  type LibraryFilters,
  noFilters,
  sortNames,
  type View,
} from "../filters";
import { FolderFilter } from "./folder-filter";
import { FormatFilter } from "./format-filter";
import { KindFilter } from "./kind-filter";
import { StatusFilter } from "./status-filter";
import classes from "./toolbar.module.css";

interface ToolbarProps {
  filters: LibraryFilters;
  facets: Facets | undefined;
  page: Pick<FilePage, "total" | "total_at_least"> | null;
  onChange: (change: FilterChange) => void;
}

function countOf(page: ToolbarProps["page"]): string {
  if (page === null) return "";
  if (page.total === null) return `More than ${formatCount(page.total_at_least ?? 0)} files`;
  return page.total === 1 ? "1 file" : `${formatCount(page.total)} files`;
}

function SortSelect({ filters, onChange }: Pick<ToolbarProps, "filters" | "onChange">) {
  const sort = effectiveSort(filters);
  const offered = Object.entries(sortNames).filter(([one]) => filters.q || one !== "relevance");
  // An order chosen by a column head ("-title") has no line of its own here.
  const listed = offered.some(([one]) => one === sort);
  const data = offered.map(([value, label]) => ({ value, label }));
  if (!listed)
    data.push({ value: sort, label: `${sortNames[sort.slice(1) as Sort] ?? sort}, reversed` });
  return (
    <NativeSelect
      size="xs"
      aria-label="Sort by"
      className={classes.sort}
      value={sort}
      data={data}
      onChange={(event) => onChange({ sort: event.currentTarget.value as Sort })}
    />
  );
}

function ViewSwitch({ filters, onChange }: Pick<ToolbarProps, "filters" | "onChange">) {
  const view: View = filters.view ?? "grid";
  return (
    <fieldset className={classes.views} aria-label="View">
      <UnstyledButton
        aria-label="Grid"
        aria-pressed={view === "grid"}
        onClick={() => onChange({ view: undefined })}
      >
        <IconLayoutGrid size={17} stroke={1.7} aria-hidden="true" />
      </UnstyledButton>
      <UnstyledButton
        aria-label="List"
        aria-pressed={view === "list"}
        onClick={() => onChange({ view: "list" })}
      >
        <IconList size={17} stroke={1.7} aria-hidden="true" />
      </UnstyledButton>
    </fieldset>
  );
}

export function Toolbar({ filters, facets, page, onChange }: ToolbarProps) {
  return (
    <div className={classes.toolbar}>
      <KindFilter value={filters.kind} facets={facets} onChange={(kind) => onChange({ kind })} />
      <div className={classes.row}>
        <FormatFilter
          value={filters.format}
          counts={facets?.format}
          onChange={(format) => onChange({ format })}
        />
        <StatusFilter filters={filters} onChange={onChange} />
        {filters.folder !== undefined && (
          <FolderFilter
            key={filters.folder}
            folder={filters.folder}
            onRemove={() => onChange({ folder: undefined })}
          />
        )}
        {isFiltered(filters) && (
          <Button variant="subtle" size="xs" onClick={() => onChange(noFilters)}>
            Clear all
          </Button>
        )}
        <span className={classes.spacer} />
        <span role="status" className={`${classes.total} tabular`}>
          {countOf(page)}
        </span>
        <SortSelect filters={filters} onChange={onChange} />
        <ViewSwitch filters={filters} onChange={onChange} />
      </div>
    </div>
  );
}
