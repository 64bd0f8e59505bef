import { Button, Code, Loader, Stack, Text, Title } from "@mantine/core";
import { IconFilterOff, IconFolderPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { statsQuery } from "@/lib/api/stats-query";
import { type FilterChange, isFiltered, kinds, type LibraryFilters, noFilters } from "../filters";

interface LibraryEmptyProps {
  filters: LibraryFilters;
  onChange: (change: FilterChange) => void;
}

function NothingFound({ onChange }: Pick<LibraryEmptyProps, "onChange">) {
  return (
    <>
      <IconFilterOff size={44} stroke={1.3} aria-hidden="true" />
      <Title order={2} size="h3">
        No file matches
      </Title>
      <Text c="dimmed">Nothing in the library fits this search and these filters together.</Text>
      <Button variant="light" onClick={() => onChange(noFilters)}>
        Show all media
      </Button>
    </>
  );
}

function NothingYet() {
  return (
    <>
      <IconFolderPlus size={44} stroke={1.3} aria-hidden="true" />
      <Title order={2} size="h3">
        No media yet
      </Title>
      <Text>
        Put music, films or pictures into a watched folder and they appear here by themselves, or
        start Apollonia with the folder that has them:
      </Text>
      <Code block>make run MEDIA=~/Music</Code>
      <Text size="sm" c="dimmed">
        or, installed: <Code>apollonia up ~/Music ~/Videos</Code>
      </Text>
    </>
  );
}

/** Why the list is empty, and what to do about it. */
export function LibraryEmpty({ filters, onChange }: LibraryEmptyProps) {
  const { data: stats } = useQuery(statsQuery);
  const scanning = stats?.roots.some(
    (root) => root.state === "scanning" || root.state === "starting",
  );
  const others = stats?.files ?? 0;
  return (
    <Stack align="center" gap="sm" py={72} px="md" maw={520} mx="auto" ta="center">
      {isFiltered(filters) ? (
        <NothingFound onChange={onChange} />
      ) : scanning ? (
        <>
          <Loader aria-hidden="true" />
          <Title order={2} size="h3">
            Looking through your folders
          </Title>
          <Text c="dimmed">Files appear here as they are cataloged.</Text>
        </>
      ) : (
        <NothingYet />
      )}
      {!isFiltered(filters) && others > 0 && (
        <Button variant="subtle" onClick={() => onChange({ kind: [...kinds] })}>
          Show the {others} files that are no media
        </Button>
      )}
    </Stack>
  );
}
