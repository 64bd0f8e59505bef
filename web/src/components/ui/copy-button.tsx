import { ActionIcon, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useEffect, useState } from "react";

type Outcome = "idle" | "copied" | "failed";

const hints: Record<Outcome, string> = {
  idle: "Copy",
  copied: "Copied",
  failed: "The browser did not allow it",
};

/** Copies `value`; `what` names it for screen readers ("SHA-256"). */
export function CopyButton({ value, what }: { value: string; what: string }) {
  const [outcome, setOutcome] = useState<Outcome>("idle");

  useEffect(() => {
    if (outcome === "idle") return;
    const timer = window.setTimeout(() => setOutcome("idle"), 2000);
    return () => window.clearTimeout(timer);
  }, [outcome]);

  async function copy() {
    try {
      await navigator.clipboard.writeText(value);
      setOutcome("copied");
    } catch {
      // No clipboard outside HTTPS and localhost, or the person refused.
      setOutcome("failed");
    }
  }

  return (
    <Tooltip label={hints[outcome]} withArrow>
      <ActionIcon
        variant="subtle"
        color="gray"
        c="dimmed"
        size={28}
        aria-label={`Copy ${what}`}
        onClick={() => void copy()}
      >
        {outcome === "copied" ? (
          <IconCheck size={16} aria-hidden="true" />
        ) : (
          <IconCopy size={16} aria-hidden="true" />
        )}
        <span aria-live="polite" className="visually-hidden">
          {outcome === "idle" ? "" : hints[outcome]}
        </span>
      </ActionIcon>
    </Tooltip>
  );
}
