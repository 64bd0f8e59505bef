import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";
import { ColorSchemeSwitch } from "@/components/ui/color-scheme-switch";
import { Mark } from "@/components/ui/mark";
import { DeadLettersLink } from "@/features/dead-letters/components/dead-letters-link";
import { SearchBox } from "@/features/library/components/search-box";
import { parseFilters } from "@/features/library/filters";
import { SignOutButton } from "@/features/session/components/sign-out-button";
import { LiveBadge } from "@/features/status/components/live-badge";
import { ScanProgress } from "@/features/status/components/scan-progress";
import classes from "./shell.module.css";

export function Header() {
  const q = useSearch({ strict: false, select: (search) => parseFilters(search).q ?? "" });
  const navigate = useNavigate();
  const onSearch = useCallback(
    // From a file's page, too: the search is about the library.
    (next: string) =>
      void navigate({
        to: "/",
        search: (now) => ({ ...now, q: next || undefined }),
        replace: q !== "",
      }),
    [navigate, q],
  );
  return (
    <header className={classes.header}>
      <div className={classes.bar}>
        <div className={classes.start}>
          <Link to="/" className={classes.brand} aria-label="Apollonia, the whole library">
            <Mark size={30} />
            <span>Apollonia</span>
          </Link>
          <Link to="/folders" className={classes.place}>
            Folders
          </Link>
          <DeadLettersLink className={classes.place} />
        </div>
        <div className={classes.search}>
          <SearchBox value={q} onSearch={onSearch} />
        </div>
        <div className={classes.tools}>
          <LiveBadge />
          <ScanProgress />
          <ColorSchemeSwitch />
          <SignOutButton />
        </div>
      </div>
    </header>
  );
}
