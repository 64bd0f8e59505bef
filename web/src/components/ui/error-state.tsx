import { Button, Code, Group, Stack, Text, Title } from "@mantine/core";
import { IconAlertTriangle, IconRefresh } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { ApiProblem } from "@/lib/api/problem";

interface ErrorStateProps {
  error: Error;
  /** Instead of the server's own title. */
  title?: string;
  /** Where the page has no other heading above it: 1. */
  order?: 1 | 2;
  onRetry?: () => void;
  retrying?: boolean;
  /** What else can be done about it. */
  children?: ReactNode;
}

/** What failed, in the server's own words, with the request id to look up in its log. */
export function ErrorState({
  error,
  title,
  order = 2,
  onRetry,
  retrying,
  children,
}: ErrorStateProps) {
  const problem = error instanceof ApiProblem ? error : null;
  return (
    <Stack role="alert" align="center" gap="sm" py={72} px="md" maw={560} mx="auto" ta="center">
      <IconAlertTriangle size={44} stroke={1.4} color="var(--app-danger)" aria-hidden="true" />
      <Title order={order} size="h3">
        {title ?? problem?.title ?? "Something went wrong"}
      </Title>
      <Text style={{ overflowWrap: "anywhere" }}>{error.message}</Text>
      {problem?.requestId && (
        <Group gap={6} justify="center">
          <Text size="sm" c="dimmed">
            Request
          </Text>
          <Code>{problem.requestId}</Code>
        </Group>
      )}
      {onRetry && (
        <Button
          mt="xs"
          variant="light"
          leftSection={<IconRefresh size={16} aria-hidden="true" />}
          onClick={onRetry}
          loading={retrying}
        >
          Try again
        </Button>
      )}
      {children}
    </Stack>
  );
}
