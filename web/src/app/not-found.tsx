import { Anchor, Stack, Text, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";

export function NotFound() {
  return (
    <Stack align="center" gap="sm" py={96} ta="center">
      <Title order={1} size="h2">
        There is no such page
      </Title>
      <Text c="dimmed">The address may be mistyped, or from another version of Apollonia.</Text>
      <Anchor component={Link} to="/" c="var(--app-ok)">
        Go to the library
      </Anchor>
    </Stack>
  );
}
