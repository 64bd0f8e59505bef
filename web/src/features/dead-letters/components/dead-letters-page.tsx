import { Anchor, Button, Group, SegmentedControl, Select, Stack, Text, Title } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { ErrorState } from "@/components/ui/error-state";
import type { DeadLetterCount } from "@/lib/api/types";
import { formatCount } from "@/lib/format";
import { useTitle } from "@/lib/use-title";
import { useLetterCounts } from "../api/count-letters";
import { type Act, useLetterAction } from "../api/letter-actions";
import { useLetterList } from "../api/list-letters";
import { type LetterSearch, type Show, shows, statesOf } from "../letter-search";
import classes from "./dead-letters-page.module.css";
import { DiscardButton, RequeueButton } from "./letter-buttons";
import { LetterDrawer } from "./letter-drawer";
import { LetterOutcome } from "./letter-outcome";
import { LetterTable } from "./letter-table";

const showNames: Record<Show, string> = {
  waiting: "Waiting",
  sent: "Sent back",
  discarded: "Discarded",
};

const empty: Record<Show, [title: string, text: string]> = {
  waiting: [
    "No dead letters",
    "Every message was handled. What fails is kept here to be tried again.",
  ],
  sent: [
    "Nothing was sent back",
    "Letters that went back to their queue are listed here for a while.",
  ],
  discarded: ["Nothing is discarded", "Letters that were given up are listed here for a while."],
};

function Empty({ show }: { show: Show }) {
  const [title, text] = empty[show];
  return (
    <Stack align="center" gap="sm" py={72} ta="center">
      <Title order={2} size="h3">
        {title}
      </Title>
      <Text c="dimmed">{text}</Text>
    </Stack>
  );
}

const sum = (counts: DeadLetterCount[], states: readonly string[], error?: string): number =>
  counts
    .filter((it) => states.includes(it.state) && (error === undefined || it.error === error))
    .reduce((total, it) => total + it.number, 0);

interface ActionsProps {
  act: Act;
  show: Show;
  error: string | undefined;
  selected: ReadonlySet<string>;
  counts: DeadLetterCount[];
  onDone: () => void;
}

/** With some selected: these. Else all that wait. */
function Actions({ act, show, error, selected, counts, onDone }: ActionsProps) {
  const number = selected.size;
  if (number > 0) {
    const ids = [...selected];
    return (
      <>
        {show !== "sent" && (
          <RequeueButton act={act} request={{ action: "requeue", ids }} onDone={onDone}>
            {`Requeue ${formatCount(number)} selected`}
          </RequeueButton>
        )}
        {show === "waiting" && (
          <DiscardButton
            act={act}
            request={{ action: "discard", ids }}
            number={number}
            onDone={onDone}
          >
            {`Discard ${formatCount(number)} selected`}
          </DiscardButton>
        )}
      </>
    );
  }
  const waiting = sum(counts, statesOf.waiting, error);
  if (show !== "waiting" || waiting === 0) return null;
  const dead = sum(counts, ["dead"], error);
  const where = error === undefined ? {} : { error };
  const rest = error === undefined ? "" : " with this error";
  return (
    <>
      {dead > 0 && (
        <RequeueButton act={act} request={{ action: "requeue", where }}>
          {`Requeue all ${formatCount(dead)}${rest}`}
        </RequeueButton>
      )}
      <DiscardButton act={act} request={{ action: "discard", where }} number={waiting}>
        {`Discard all ${formatCount(waiting)}${rest}`}
      </DiscardButton>
    </>
  );
}

interface FiltersProps extends DeadLettersPageProps {
  show: Show;
  counts: DeadLetterCount[];
}

function Filters({ show, counts, search, onSearch }: FiltersProps) {
  const errors = new Set(
    counts.filter((it) => statesOf[show].includes(it.state)).map((it) => it.error),
  );
  if (search.error !== undefined) errors.add(search.error);
  return (
    <Group gap="sm">
      <SegmentedControl
        size="xs"
        aria-label="Which letters"
        value={show}
        onChange={(next) =>
          onSearch({
            show: next === "sent" || next === "discarded" ? next : undefined,
            error: undefined,
          })
        }
        data={shows.map((value) => ({
          value,
          label: `${showNames[value]} ${formatCount(sum(counts, statesOf[value]))}`,
        }))}
      />
      {errors.size > 1 || search.error !== undefined ? (
        <Select
          size="xs"
          aria-label="Error"
          allowDeselect={false}
          data={[{ value: "", label: "Any error" }, ...[...errors].sort()]}
          value={search.error ?? ""}
          onChange={(error) => onSearch({ error: error || undefined })}
        />
      ) : null}
    </Group>
  );
}

interface DeadLettersPageProps {
  search: LetterSearch;
  onSearch: (change: Partial<LetterSearch>) => void;
}

/** Messages that could not be handled, and what can be done with them. */
export function DeadLettersPage({ search, onSearch }: DeadLettersPageProps) {
  const show: Show = search.show ?? "waiting";
  const { list, letters } = useLetterList(show, search.error);
  const counts = useLetterCounts().data?.items ?? [];
  const act = useLetterAction();
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  useTitle("Dead letters");
  // What is no longer in the list is no longer meant.
  const selected = useMemo(
    () => new Set(letters.map(({ id }) => id).filter((id) => picked.has(id))),
    [letters, picked],
  );
  return (
    <div className={classes.page}>
      <Anchor component={Link} to="/" className={classes.back}>
        <IconArrowLeft size={16} aria-hidden="true" /> Library
      </Anchor>
      <Title order={1} size="h2">
        Dead letters
      </Title>
      <Text size="sm" c="dimmed" mb="md">
        Messages that could not be handled. Nothing is lost: send them back when the cause is
        mended.
      </Text>
      <div className={classes.tools}>
        <Filters show={show} counts={counts} search={search} onSearch={onSearch} />
        <fieldset className={classes.actions} aria-label="Actions">
          <Actions
            act={act}
            show={show}
            error={search.error}
            selected={selected}
            counts={counts}
            onDone={() => setPicked(new Set())}
          />
        </fieldset>
      </div>
      <LetterOutcome act={act} />
      {list.data === undefined && list.error === null && (
        <div className={classes.waiting} role="status" aria-busy="true" aria-label="Loading" />
      )}
      {list.data === undefined && list.error !== null && (
        <ErrorState
          error={list.error}
          onRetry={() => void list.refetch()}
          retrying={list.isFetching}
        />
      )}
      {list.data !== undefined && letters.length === 0 && <Empty show={show} />}
      {letters.length > 0 && (
        <LetterTable
          letters={letters}
          selected={selected}
          onSelect={setPicked}
          onOpen={(letter) => onSearch({ letter })}
        />
      )}
      {list.hasNextPage && (
        <Button
          mt="md"
          variant="default"
          loading={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          Show more
        </Button>
      )}
      <LetterDrawer id={search.letter} onClose={() => onSearch({ letter: undefined })} />
    </div>
  );
}
