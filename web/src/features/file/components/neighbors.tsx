import { Link } from "@tanstack/react-router";
import { KindIcon } from "@/components/ui/kind-icon";
import { SafeName } from "@/components/ui/safe-name";
import type { Neighbor } from "@/lib/api/types";
import { baseName } from "@/lib/file-name";
import { languageName } from "@/lib/languages";
import { Section } from "./section";
import classes from "./section.module.css";

function describe({ role, language, forced, present }: Neighbor): string {
  const words = [
    role.replaceAll("_", " "),
    language && languageName(language),
    forced && "forced",
    !present && "missing",
  ];
  return words.filter(Boolean).join(" · ");
}

function Line({ neighbor }: { neighbor: Neighbor }) {
  return (
    <>
      <KindIcon kind={neighbor.kind ?? "other"} size={18} />
      <SafeName name={baseName(neighbor.file_path)} className={classes.entryText} />
      <span className={classes.aside}>{describe(neighbor)}</span>
    </>
  );
}

/** The files that belong to this one: subtitles, artwork, lyrics, cue sheets, siblings. */
export function Neighbors({ neighbors }: { neighbors: Neighbor[] }) {
  if (neighbors.length === 0) return null;
  return (
    <Section title="Neighbours">
      <ul className={classes.list}>
        {neighbors.map((neighbor) => (
          <li key={`${neighbor.role} ${neighbor.file_path}`}>
            {neighbor.id === null ? (
              <span className={classes.entry}>
                <Line neighbor={neighbor} />
              </span>
            ) : (
              <Link to="/files/$id" params={{ id: neighbor.id }} className={classes.entry}>
                <Line neighbor={neighbor} />
              </Link>
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}
