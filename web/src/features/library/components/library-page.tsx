import { Button, Group } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { type InfiniteData, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { ErrorState } from "@/components/ui/error-state";
import { Notice } from "@/components/ui/notice";
import { queryKeys } from "@/lib/api/query-keys";
import type { FilePage } from "@/lib/api/types";
import { useFacets } from "../api/get-facets";
import { useFileList } from "../api/list-files";
import { effectiveSort, type FilterChange, filterQuery, type LibraryFilters } from "../filters";
import { FileGrid } from "./file-grid";
import { FileTable } from "./file-table";
import { LibraryEmpty } from "./library-empty";
import classes from "./library-page.module.css";
import { Toolbar } from "./toolbar";

interface LibraryPageProps {
  filters: LibraryFilters;
  onChange: (change: FilterChange) => void;
}

const firstCards = Array.from({ length: 18 }, (_, at) => `first-${at}`);

function Waiting() {
  return (
    <div className={classes.waiting} aria-busy="true" role="status" aria-label="Loading files">
      {firstCards.map((key) => (
        <div key={key} className={classes.waitingCard} />
      ))}
    </div>
  );
}

function Stale({ error, onRetry }: { error: Error; onRetry: () => void }) {
  return (
    <Notice
      tone="danger"
      icon={<IconAlertTriangle size={20} />}
      title="The list may be out of date"
    >
      <Group justify="space-between">
        {error.message}
        <Button size="xs" variant="default" onClick={onRetry}>
          Try again
        </Button>
      </Group>
    </Notice>
  );
}

/** Forgets far pages once the list is back at its top, so that live refetches stay cheap. */
function useTrim() {
  const client = useQueryClient();
  return useCallback(() => {
    client.setQueriesData<InfiniteData<FilePage>>(
      { queryKey: queryKeys.fileList, type: "active" },
      (data) => {
        if (data === undefined || data.pages.length <= 3) return data;
        return { pages: data.pages.slice(0, 2), pageParams: data.pageParams.slice(0, 2) };
      },
    );
  }, [client]);
}

export function LibraryPage({ filters, onChange }: LibraryPageProps) {
  const { list, items, total } = useFileList(filters);
  const facets = useFacets(filters);
  const onTop = useTrim();
  const { fetchNextPage, refetch } = list;
  // Joining a refetch instead of cancelling it: what it brings must not get lost.
  const onMore = useCallback(() => void fetchNextPage({ cancelRefetch: false }), [fetchNextPage]);
  const onSort = useCallback((sort: LibraryFilters["sort"]) => onChange({ sort }), [onChange]);

  const sort = effectiveSort(filters);
  const files = {
    items,
    hasMore: list.hasNextPage,
    busy: list.isFetching || list.isFetchNextPageError,
    onMore,
    onTop,
    resetKey: JSON.stringify([filterQuery(filters), sort]),
  };
  return (
    <>
      <h1 className="visually-hidden">Library</h1>
      <Toolbar filters={filters} facets={facets.data} page={total} onChange={onChange} />
      {list.error && items.length > 0 && (
        <Stale error={list.error} onRetry={() => void refetch()} />
      )}
      {list.isPending && <Waiting />}
      {list.error && items.length === 0 && (
        <ErrorState error={list.error} onRetry={() => void refetch()} retrying={list.isFetching} />
      )}
      {list.isSuccess && items.length === 0 && (
        <LibraryEmpty filters={filters} onChange={onChange} />
      )}
      {items.length > 0 && (
        <div className={classes.files} data-waiting={list.isPlaceholderData}>
          {filters.view === "list" ? (
            <FileTable {...files} sort={sort} onSort={onSort} />
          ) : (
            <FileGrid {...files} />
          )}
        </div>
      )}
    </>
  );
}
