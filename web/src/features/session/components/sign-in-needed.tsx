import { Button, Center, Code, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { CopyButton } from "@/components/ui/copy-button";
import { Mark } from "@/components/ui/mark";

const command = "apollonia token --data DIR";

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
          <Text c="dimmed" size="sm">
            Link used or lost? Start Apollonia again for a new one. Scripts need no link: they use
            the token that this command prints for your data folder.
          </Text>
          <Group gap={4} wrap="nowrap">
            <Code p="xs" style={{ flex: 1 }}>
              {command}
            </Code>
            <CopyButton value={command} what="the command" />
          </Group>
          <Button variant="light" onClick={onRetry} loading={retrying}>
            I have signed in
          </Button>
        </Stack>
      </Paper>
    </Center>
  );
}
