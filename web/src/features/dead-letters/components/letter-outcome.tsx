import { Text } from "@mantine/core";
import { formatCount } from "@/lib/format";
import type { Act } from "../api/letter-actions";

export const letterCount = (n: number): string =>
  n === 1 ? "1 letter" : `${formatCount(n)} letters`;

function words({ data, variables }: Act): string {
  if (data === undefined || variables === undefined) return "";
  const done =
    variables.action === "requeue"
      ? `${letterCount(data.changed)} on the way back to the queue.`
      : `${letterCount(data.changed)} discarded.`;
  if (data.problem === null || !("ids" in variables)) return done;
  return `${done} ${letterCount(variables.ids.length - data.changed)} left as before: ${data.problem.message}`;
}

/** What came of the newest wish, or why it was refused. */
export function LetterOutcome({ act }: { act: Act }) {
  const { error, variables } = act;
  const failed = variables?.action === "discard" ? "Not discarded." : "Not sent back.";
  return (
    <Text
      size="sm"
      role="status"
      c={error === null ? "dimmed" : "var(--app-danger)"}
      style={{ overflowWrap: "anywhere" }}
    >
      {error === null ? words(act) : `${failed} ${error.message}`}
    </Text>
  );
}
