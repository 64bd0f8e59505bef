import { getRouteApi } from "@tanstack/react-router";
import { useCallback } from "react";
import { LibraryPage } from "@/features/library/components/library-page";
import { type FilterChange, parseFilters } from "@/features/library/filters";

const route = getRouteApi("/");

export function LibraryRoute() {
  // The router leaves what the URL had beside what was understood of it.
  const filters = route.useSearch({ select: parseFilters, structuralSharing: true });
  const navigate = route.useNavigate();
  const onChange = useCallback(
    (change: FilterChange) =>
      void navigate({ search: (now) => ({ ...parseFilters(now), ...change }) }),
    [navigate],
  );
  return <LibraryPage filters={filters} onChange={onChange} />;
}
