import { Button, Checkbox, Popover, ScrollArea, Stack, Text } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import { formatCodec } from "@/lib/codec-names";
import { formatCount } from "@/lib/format";
import classes from "./toolbar.module.css";

interface FormatFilterProps {
  value: string[] | undefined;
  counts: Record<string, number> | undefined;
  onChange: (format: string[] | undefined) => void;
}

function label(value: string[] | undefined): string {
  if (!value) return "Format";
  const [first = ""] = value;
  return value.length === 1 ? `Format: ${formatCodec(first)}` : `Format: ${value.length}`;
}

/** The formats that the current selection has, most files first; those chosen stay listed at 0. */
export function FormatFilter({ value, counts = {}, onChange }: FormatFilterProps) {
  const known = Object.entries(counts).sort(([a, m], [b, n]) => n - m || a.localeCompare(b));
  const gone = (value ?? []).filter((format) => !(format in counts));
  const formats = [...known, ...gone.map((format): [string, number] => [format, 0])];
  return (
    <Popover position="bottom-start" shadow="md" trapFocus width={230}>
      <Popover.Target>
        <Button
          variant="default"
          size="xs"
          data-active={value !== undefined}
          className={classes.control}
          rightSection={<IconChevronDown size={14} aria-hidden="true" />}
        >
          {label(value)}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p="xs" aria-label="Format">
        {formats.length === 0 && <Text size="sm">No format to choose from.</Text>}
        <Checkbox.Group
          aria-label="Formats"
          value={value ?? []}
          onChange={(next) => onChange(next.length > 0 ? next : undefined)}
        >
          <ScrollArea.Autosize mah={320} type="auto">
            <Stack gap={8} p={6}>
              {formats.map(([format, count]) => (
                <Checkbox
                  key={format}
                  value={format}
                  size="sm"
                  label={
                    <>
                      {formatCodec(format)}{" "}
                      <span className={classes.count}>{formatCount(count)}</span>
                    </>
                  }
                />
              ))}
            </Stack>
          </ScrollArea.Autosize>
        </Checkbox.Group>
      </Popover.Dropdown>
    </Popover>
  );
}
