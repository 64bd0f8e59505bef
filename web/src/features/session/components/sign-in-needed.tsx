import { Button, Center, Code, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { CopyButton } from "@/components/ui/copy-button";
import { Mark } from "@/components/ui/mark";

const command = "apollonia token --link --data DIR";

export function SignInNeeded({ onRetry, retrying }: { onRetry: () => void; retrying: boolean }) {
  return (
    <Center component="main" mih="100dvh" p="md">
      <Paper withBorder radius="lg" p={{ base: "lg", sm: 40 }} maw={520} bg="var(--app-surface)">
        <Stack gap="md">
          <Group gap="sm">
            <Mark size={36} />
            <Title order={1} size="h2">
              Sign in to Apollonia
            </Title>
          </Group>
          <Text>
            Open the sign-in link that Apollonia printed in your terminal when it started. It works
            once, and keeps this browser signed in.
          </Text>
          <Text size="sm">
            Link used or lost? This prints a new one, without a restart. DIR is the folder that
            Apollonia keeps its own state in:
          </Text>
          <Group gap={4} wrap="nowrap">
            <Code p="xs" style={{ flex: 1 }}>
              {command}
            </Code>
            <CopyButton value={command} what="the command" />
          </Group>
          <Text c="dimmed" size="sm">
            Scripts need no link: without <Code>--link</Code> the command prints a token for them.
          </Text>
          <Button variant="light" onClick={onRetry} loading={retrying}>
            I have signed in
          </Button>
        </Stack>
      </Paper>
    </Center>
  );
}
