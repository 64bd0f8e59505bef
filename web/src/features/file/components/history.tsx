import { SafeName } from "@/components/ui/safe-name";
import type { FileEvent } from "@/lib/api/types";
import { formatSize, formatTime } from "@/lib/format";
import { Section } from "./section";
import classes from "./section.module.css";

function whatHappened({ event_type, origin }: FileEvent): string {
  if (event_type === "IN_CREATE") return origin === "scan" ? "Found by a scan" : "Created";
  if (event_type === "IN_CLOSE_WRITE") return "Content changed";
  if (event_type === "IN_MOVED_TO")
    return origin === "trash" ? "Restored from trash" : "Moved here";
  if (event_type === "IN_DELETE") return origin === "trash" ? "Moved to trash" : "Deleted";
  return event_type;
}

function Event({ event }: { event: FileEvent }) {
  return (
    <li className={classes.entry}>
      <span className={classes.entryText}>
        {whatHappened(event)}
        {event.moved_from && (
          <span className={classes.aside}>
            <SafeName name={`from ${event.moved_from}`} />
          </span>
        )}
        {event.error && <span className={classes.warn}> · {event.error.message}</span>}
      </span>
      {event.size !== null && <span className={classes.aside}>{formatSize(event.size)}</span>}
      <time className={classes.aside} dateTime={event.timestamp}>
        {formatTime(event.timestamp)}
      </time>
    </li>
  );
}

export function History({ events }: { events: FileEvent[] }) {
  if (events.length === 0) return null;
  return (
    <Section title="History">
      <ol className={classes.list}>
        {events.map((event) => (
          <Event key={event.event_id} event={event} />
        ))}
      </ol>
    </Section>
  );
}
