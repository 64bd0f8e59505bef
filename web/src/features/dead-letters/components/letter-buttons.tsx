import { Button, Text } from "@mantine/core";
import { IconSend, IconTrash } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import { Confirm } from "@/components/ui/confirm";
import type { Act, LetterRequest } from "../api/letter-actions";
import { letterCount } from "./letter-outcome";

interface ButtonProps {
  act: Act;
  request: LetterRequest;
  onDone?: () => void;
  children: ReactNode;
}

export function RequeueButton({ act, request, onDone, children }: ButtonProps) {
  return (
    <Button
      variant="default"
      size="xs"
      leftSection={<IconSend size={14} aria-hidden="true" />}
      disabled={act.isPending}
      onClick={() => act.mutate(request, { onSuccess: onDone })}
    >
      {children}
    </Button>
  );
}

/** Asks first. `number`: how many letters it is about. */
export function DiscardButton({
  act,
  request,
  number,
  onDone,
  children,
}: ButtonProps & { number: number }) {
  const [asking, setAsking] = useState(false);
  const many = number !== 1;
  return (
    <>
      <Button
        variant="default"
        size="xs"
        leftSection={<IconTrash size={14} aria-hidden="true" />}
        disabled={act.isPending}
        onClick={() => setAsking(true)}
      >
        {children}
      </Button>
      <Confirm
        opened={asking}
        title={`Discard ${letterCount(number)}?`}
        yes="Discard"
        onYes={() => act.mutate(request, { onSuccess: onDone })}
        onClose={() => setAsking(false)}
      >
        <Text size="sm">
          {many ? "They are" : "It is"} given up and not tried again. Until{" "}
          {many ? "they are" : "it is"} deleted, {many ? "they stay" : "it stays"} under “Discarded”
          and can be sent back from there.
        </Text>
      </Confirm>
    </>
  );
}
