import { Drawer, Group, Skeleton, Stack } from "@mantine/core";
import type { ReactNode } from "react";
import { CopyButton } from "@/components/ui/copy-button";
import { ErrorState } from "@/components/ui/error-state";
import { SafeName } from "@/components/ui/safe-name";
import type { WholeDeadLetter } from "@/lib/api/types";
import { formatCount, formatSize, formatTime } from "@/lib/format";
import { useLetter } from "../api/get-letter";
import { type Act, useLetterAction } from "../api/letter-actions";
import { DiscardButton, RequeueButton } from "./letter-buttons";
import classes from "./letter-drawer.module.css";
import { LetterOutcome } from "./letter-outcome";

/** The API takes no longer words to look for. */
const maxWords = 500;

const states: Record<WholeDeadLetter["state"], string> = {
  dead: "Waits for you",
  requested: "On its way back to the queue",
  requeued: "Sent back to the queue",
  discarded: "Discarded",
};

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={classes.fact}>
      <dt>{name}</dt>
      <dd className="tabular">{children}</dd>
    </div>
  );
}

function Facts({ letter }: { letter: WholeDeadLetter }) {
  const { actor, changed_time: changed, trace_id: trace } = letter;
  return (
    <dl className={classes.facts}>
      <Fact name="State">
        {states[letter.state]}
        {actor !== null && changed !== null && ` (${actor}, ${formatTime(changed)})`}
      </Fact>
      {letter.note !== null && <Fact name="Note">{letter.note}</Fact>}
      <Fact name="Queue">{letter.queue}</Fact>
      <Fact name="Message">{letter.message_schema}</Fact>
      <Fact name="Message id">{letter.message_id}</Fact>
      <Fact name="Attempts">{formatCount(letter.attempts)}</Fact>
      <Fact name="Given up">
        {letter.occurrences === 1 ? "once" : `${formatCount(letter.occurrences)} times`}
      </Fact>
      <Fact name="First">{formatTime(letter.first_time)}</Fact>
      <Fact name="Last">{formatTime(letter.last_time)}</Fact>
      <Fact name="Trace">
        {trace === null ? (
          "not known"
        ) : (
          <span className={classes.trace}>
            {trace} <CopyButton value={trace} what="trace id" />
          </span>
        )}
      </Fact>
    </dl>
  );
}

function Actions({ letter, act }: { letter: WholeDeadLetter; act: Act }) {
  const { id, state, queue, error, reason } = letter;
  const same = { queue, error, reason: reason.slice(0, maxWords) };
  return (
    <Group gap="sm">
      {(state === "dead" || state === "discarded") && (
        <RequeueButton act={act} request={{ action: "requeue", ids: [id] }}>
          Requeue
        </RequeueButton>
      )}
      {state === "dead" && reason !== "" && (
        <RequeueButton act={act} request={{ action: "requeue", where: same }}>
          Requeue all with this reason
        </RequeueButton>
      )}
      {(state === "dead" || state === "requested") && (
        <DiscardButton act={act} request={{ action: "discard", ids: [id] }} number={1}>
          Discard
        </DiscardButton>
      )}
    </Group>
  );
}

function Text({ title, children }: { title: string; children: string }) {
  return (
    <section aria-label={title}>
      <h3 className={classes.heading}>{title}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
      <pre className={classes.text} tabIndex={0}>
        {children}
      </pre>
    </section>
  );
}

function Whole({ letter }: { letter: WholeDeadLetter }) {
  const act = useLetterAction();
  const headers = Object.entries(letter.headers).map(([name, value]) => `${name}: ${value}`);
  return (
    <>
      <SafeName name={letter.reason} wrap />
      <Actions letter={letter} act={act} />
      <LetterOutcome act={act} />
      <Facts letter={letter} />
      <Text title={`Body (${formatSize(letter.size)})`}>
        {letter.body_truncated ? `${letter.body}\n… (the rest is not shown)` : letter.body}
      </Text>
      {headers.length > 0 && <Text title="Headers">{headers.join("\n")}</Text>}
    </>
  );
}

/** One letter with its message; shut while there is no id. */
export function LetterDrawer({ id, onClose }: { id: string | undefined; onClose: () => void }) {
  const { data: letter, error, refetch, isFetching } = useLetter(id);
  return (
    <Drawer.Root opened={id !== undefined} onClose={onClose} position="right" size="lg">
      <Drawer.Overlay />
      <Drawer.Content>
        {/* No Drawer.Header: it would be a second banner of the page. */}
        <Drawer.Body p="lg">
          <Stack gap="md">
            <Group justify="space-between" wrap="nowrap">
              <Drawer.Title fw={600}>{letter?.error ?? "Dead letter"}</Drawer.Title>
              <Drawer.CloseButton aria-label="Close" />
            </Group>
            {letter !== undefined && <Whole key={letter.id} letter={letter} />}
            {letter === undefined && error !== null && (
              <ErrorState error={error} onRetry={() => void refetch()} retrying={isFetching} />
            )}
            {letter === undefined && error === null && (
              <Skeleton height={240} role="status" aria-busy="true" aria-label="Loading" />
            )}
          </Stack>
        </Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  );
}
