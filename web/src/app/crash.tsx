import type { ErrorComponentProps } from "@tanstack/react-router";
import { ErrorState } from "@/components/ui/error-state";

/** A fault of the page itself; the message is what a bug report needs. */
export function Crash({ error, reset }: ErrorComponentProps) {
  return (
    <ErrorState error={error instanceof Error ? error : new Error(String(error))} onRetry={reset} />
  );
}
