import { Outlet, useRouteContext } from "@tanstack/react-router";
import { SessionGate } from "@/features/session/components/session-gate";
import { LiveProvider } from "@/lib/live-provider";
import { Header } from "./header";
import classes from "./shell.module.css";

/** No link: its hash would become an entry of the history. */
function skipToContent() {
  document.getElementById("content")?.focus();
}

/** What every page stands in; nothing but the sign-in page is seen without a session. */
export function Shell() {
  const openSocket = useRouteContext({ from: "__root__", select: (context) => context.openSocket });
  return (
    <SessionGate>
      <LiveProvider open={openSocket}>
        <button type="button" className="skip-link" onClick={skipToContent}>
          Skip to content
        </button>
        <Header />
        <main id="content" tabIndex={-1} className={classes.main}>
          <Outlet />
        </main>
      </LiveProvider>
    </SessionGate>
  );
}
