import { Button, Text } from "@mantine/core";
import { IconShieldCheck } from "@tabler/icons-react";
import { useState } from "react";
import { Confirm } from "@/components/ui/confirm";
import { SafeName } from "@/components/ui/safe-name";
import type { RootStatus } from "@/lib/api/types";
import { formatCount } from "@/lib/format";

import { type Act, RescanButton } from "./root-buttons";

interface ScanButtonsProps {
  /** Those that are scanned. */
  roots: RootStatus[];
  /** The one that is asked for; null for all of them. */
  root: string | null;
  act: Act;
}

function Names({ roots }: Pick<ScanButtonsProps, "roots">) {
  return (
    <>
      {roots.map((root) => (
        <Text key={root.root} size="sm" fw={600}>
          <SafeName name={root.root} wrap />
        </Text>
      ))}
    </>
  );
}

/** A scan of a root that is out of reach may confirm that its files are gone. */
function RescanQuestion({ roots }: { roots: RootStatus[] }) {
  return (
    <>
      {roots.map((root) => (
        <div key={root.root}>
          <Names roots={[root]} />
          {root.message !== null && <Text size="sm">{root.message}</Text>}
        </div>
      ))}
      <Text size="sm">
        If the files are only away, bring their disk back instead: the rest happens by itself. Where
        it was reported that files disappeared, a scan that is asked for confirms that they are
        gone, and they are marked as missing.
      </Text>
    </>
  );
}

function VerifyQuestion({ roots }: { roots: RootStatus[] }) {
  const found = roots.reduce((sum, root) => sum + root.found, 0);
  return (
    <>
      <Names roots={roots} />
      <Text size="sm">
        Every file is read again from its first byte to its last ({formatCount(found)} files were
        found by the last scan) and compared with what was read before. It finds files that a
        failing disk changed silently. It can take hours and keeps the disk busy; no file is
        changed.
      </Text>
    </>
  );
}

export function ScanButtons({ roots, root, act }: ScanButtonsProps) {
  const [asking, setAsking] = useState<"rescan" | "verify" | null>(null);
  const away = roots.filter(({ state }) => state === "unavailable");
  const rescan = () => act.mutate({ action: "rescan", root });
  const close = () => setAsking(null);
  return (
    <>
      <RescanButton
        act={act}
        all={root === null}
        onClick={away.length > 0 ? () => setAsking("rescan") : rescan}
      />
      <Button
        variant="default"
        size="xs"
        leftSection={<IconShieldCheck size={14} aria-hidden="true" />}
        loading={act.isPending && act.variables.action === "verify"}
        onClick={() => setAsking("verify")}
      >
        {root === null ? "Verify all" : "Verify"}
      </Button>
      <Confirm
        opened={asking === "rescan"}
        title="Rescan although files are out of reach?"
        yes="Rescan"
        onYes={rescan}
        onClose={close}
      >
        <RescanQuestion roots={away} />
      </Confirm>
      <Confirm
        opened={asking === "verify"}
        title={root === null ? "Verify all folders?" : "Verify this folder?"}
        yes="Verify"
        onYes={() => act.mutate({ action: "verify", root })}
        onClose={close}
      >
        <VerifyQuestion roots={roots} />
        {away.length > 0 && <RescanQuestion roots={away} />}
      </Confirm>
    </>
  );
}
