import { Button, Group, Modal, Stack } from "@mantine/core";
import type { ReactNode } from "react";

interface ConfirmProps {
  opened: boolean;
  title: string;
  /** The word on the button that does it. */
  yes: string;
  onYes: () => void;
  onClose: () => void;
  children: ReactNode;
}

/** A question before something that takes long or can't be taken back. */
export function Confirm({ opened, title, yes, onYes, onClose, children }: ConfirmProps) {
  return (
    <Modal.Root opened={opened} onClose={onClose} centered>
      <Modal.Overlay />
      <Modal.Content>
        {/* No Modal.Header: it would be a second banner of the page. */}
        <Modal.Body p="lg">
          <Stack gap="sm">
            <Modal.Title fw={600}>{title}</Modal.Title>
            {children}
            <Group justify="flex-end" gap="sm" mt="xs">
              <Button variant="default" onClick={onClose} data-autofocus>
                Cancel
              </Button>
              <Button
                color="lagoon.7"
                onClick={() => {
                  onYes();
                  onClose();
                }}
              >
                {yes}
              </Button>
            </Group>
          </Stack>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
