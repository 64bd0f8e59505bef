import { Badge, Checkbox, Table } from "@mantine/core";
import { SafeName } from "@/components/ui/safe-name";
import type { DeadLetter } from "@/lib/api/types";
import { formatAgo, formatCount, formatTime } from "@/lib/format";
import classes from "./letter-table.module.css";

export function Moment({ time }: { time: string }) {
  return (
    <time dateTime={time} title={formatTime(time)}>
      {formatAgo(time)}
    </time>
  );
}

interface LetterTableProps {
  letters: DeadLetter[];
  selected: ReadonlySet<string>;
  onSelect: (next: ReadonlySet<string>) => void;
  onOpen: (id: string) => void;
}

function Row({
  letter,
  checked,
  onCheck,
  onOpen,
}: {
  letter: DeadLetter;
  checked: boolean;
  onCheck: () => void;
  onOpen: () => void;
}) {
  return (
    <Table.Tr data-selected={checked || undefined}>
      <Table.Td>
        <Checkbox
          size="xs"
          checked={checked}
          onChange={onCheck}
          aria-label={`Select ${letter.error}: ${letter.reason}`}
        />
      </Table.Td>
      <Table.Td className={classes.what}>
        <button type="button" className={classes.open} onClick={onOpen}>
          <span className={classes.error}>{letter.error}</span>
          <SafeName name={letter.reason} wrap className={classes.reason} />
        </button>
        <span className={classes.schema}>{letter.message_schema}</span>
        {letter.state === "requested" && (
          <Badge size="xs" variant="outline" className={classes.onWay}>
            On its way back
          </Badge>
        )}
        {letter.note !== null && <span className={classes.note}>{letter.note}</span>}
      </Table.Td>
      <Table.Td className={classes.wide}>
        <SafeName name={letter.queue} wrap />
      </Table.Td>
      <Table.Td className={`tabular ${classes.number}`}>{formatCount(letter.attempts)}</Table.Td>
      <Table.Td className={`tabular ${classes.number} ${classes.wide}`}>
        {formatCount(letter.occurrences)}
      </Table.Td>
      <Table.Td className={classes.wide}>
        <Moment time={letter.first_time} />
      </Table.Td>
      <Table.Td>
        <Moment time={letter.last_time} />
      </Table.Td>
    </Table.Tr>
  );
}

/** What failed, why, where, how often, since when. */
export function LetterTable({ letters, selected, onSelect, onOpen }: LetterTableProps) {
  const all = selected.size === letters.length;
  const toggle = (id: string) => {
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    onSelect(next);
  };
  return (
    <Table className={classes.table} verticalSpacing="sm" aria-label="Dead letters">
      <Table.Thead>
        <Table.Tr>
          <Table.Th w={36}>
            <Checkbox
              size="xs"
              checked={all}
              indeterminate={selected.size > 0 && !all}
              onChange={() => onSelect(new Set(all ? [] : letters.map(({ id }) => id)))}
              aria-label="Select all that are shown"
            />
          </Table.Th>
          <Table.Th>What failed, and why</Table.Th>
          <Table.Th className={classes.wide}>Queue</Table.Th>
          <Table.Th className={classes.number}>Attempts</Table.Th>
          <Table.Th className={`${classes.number} ${classes.wide}`}>Given up</Table.Th>
          <Table.Th className={classes.wide}>First</Table.Th>
          <Table.Th>Last</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {letters.map((letter) => (
          <Row
            key={letter.id}
            letter={letter}
            checked={selected.has(letter.id)}
            onCheck={() => toggle(letter.id)}
            onOpen={() => onOpen(letter.id)}
          />
        ))}
      </Table.Tbody>
    </Table>
  );
}
