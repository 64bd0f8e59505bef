import { ActionIcon, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useEffect, useState } from "react";

type Outcome = "idle" | "copied" | "failed";

const hints: Record<Outcome, string> = {
  idle: "Copy",
  copied: "Copied",
  failed: "The browser did not allow it",
};

async function toClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Plain HTTP in the home network has no clipboard API; the old way still works there.
    return copySelection(text);
  }
}

function copySelection(text: string): boolean {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "visually-hidden";
  document.body.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  return copied;
}

/** Copies `value`; `what` names it for screen readers ("SHA-256"). */
export function CopyButton({ value, what }: { value: string; what: string }) {
  const [outcome, setOutcome] = useState<Outcome>("idle");

  useEffect(() => {
    if (outcome === "idle") return;
    const timer = window.setTimeout(() => setOutcome("idle"), 2000);
    return () => window.clearTimeout(timer);
  }, [outcome]);

  async function copy() {
    setOutcome((await toClipboard(value)) ? "copied" : "failed");
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
