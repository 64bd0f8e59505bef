import { getRouteApi } from "@tanstack/react-router";
import { useCallback } from "react";
import { LibraryPage } from "@/features/library/components/library-page";
import type { FilterChange } from "@/features/library/filters";

const route = getRouteApi("/");

export function LibraryRoute() {
  const filters = route.useSearch();
  const navigate = route.useNavigate();
  const onChange = useCallback(
    (change: FilterChange) => void navigate({ search: (now) => ({ ...now, ...change }) }),
    [navigate],
  );
  return <LibraryPage filters={filters} onChange={onChange} />;
}
