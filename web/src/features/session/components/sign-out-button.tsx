import { ActionIcon, Tooltip } from "@mantine/core";
import { IconLogout } from "@tabler/icons-react";
import { useSignOut } from "../api/sign-out";

export function SignOutButton() {
  const signOut = useSignOut();
  return (
    <Tooltip label={signOut.error ? signOut.error.message : "Sign out"} withArrow>
      <ActionIcon
        variant="subtle"
        color="gray"
        c="var(--mantine-color-text)"
        size={36}
        aria-label="Sign out"
        loading={signOut.isPending}
        onClick={() => signOut.mutate()}
      >
        <IconLogout size={19} stroke={1.6} aria-hidden="true" />
      </ActionIcon>
    </Tooltip>
  );
}
