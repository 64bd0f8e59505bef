import { useEffect } from "react";

/** Names the page in the browser's tab while it is shown; nothing yet while undefined. */
export function useTitle(title: string | undefined): void {
  useEffect(() => {
    if (title === undefined) return;
    document.title = `${title} · Apollonia`;
    return () => {
      document.title = "Apollonia";
    };
  }, [title]);
}
