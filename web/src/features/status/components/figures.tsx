import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { kindNames } from "@/components/ui/kind-icon";
import type { Kind } from "@/lib/api/types";
import classes from "./root-panel.module.css";

export type FigureFact = [name: string, value: ReactNode];

export function Figures({ figures }: { figures: FigureFact[] }) {
  return (
    <dl className={classes.figures}>
      {figures.map(([name, value]) => (
        <div key={name}>
          <dt className={classes.figureName}>{name}</dt>
          <dd className={`${classes.figureValue} tabular`}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

// All kinds: a count of files is not one of media alone.
const everyKind = Object.keys(kindNames) as Kind[];

interface UnreadableLinkProps {
  folder?: string;
  label?: string;
  children: ReactNode;
}

/** The way to the list of files that could not be read; of one folder, or of all. */
export function UnreadableLink({ folder, label, children }: UnreadableLinkProps) {
  return (
    <Link
      to="/"
      search={{ status: ["unreadable"], kind: everyKind, folder }}
      className={classes.figureLink}
      aria-label={label}
    >
      {children}
    </Link>
  );
}
