import { UnstyledButton } from "@mantine/core";
import { KindIcon } from "@/components/ui/kind-icon";
import type { Facets, Kind } from "@/lib/api/types";
import { formatCount } from "@/lib/format";
import { kinds } from "../filters";
import classes from "./toolbar.module.css";

interface KindFilterProps {
  value: Kind[] | undefined;
  facets: Facets | undefined;
  onChange: (kind: Kind[] | undefined) => void;
}

const names: Record<Kind, string> = {
  audio: "Audio",
  video: "Video",
  image: "Images",
  subtitle: "Subtitles",
  document: "Documents",
  other: "Other",
};

/** Kinds as toggles. With none chosen the page shows media: audio, video and images. */
export function KindFilter({ value, facets, onChange }: KindFilterProps) {
  const active = new Set(value);

  function toggle(kind: Kind) {
    const next = kinds.filter((one) => (one === kind ? !active.has(one) : active.has(one)));
    onChange(next.length > 0 ? next : undefined);
  }

  return (
    <fieldset className={classes.chips} aria-label="Kind">
      <UnstyledButton
        className={classes.chip}
        aria-pressed={value === undefined}
        onClick={() => onChange(undefined)}
      >
        All media
      </UnstyledButton>
      {kinds.map((kind) => {
        const count = facets?.kind[kind];
        return (
          <UnstyledButton
            key={kind}
            className={classes.chip}
            aria-pressed={active.has(kind)}
            onClick={() => toggle(kind)}
          >
            <KindIcon kind={kind} size={16} />
            {names[kind]}
            {count !== undefined && <span className={classes.count}>{formatCount(count)}</span>}
          </UnstyledButton>
        );
      })}
    </fieldset>
  );
}
