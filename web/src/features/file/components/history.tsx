import { SafeName } from "@/components/ui/safe-name";
import type { FileEvent } from "@/lib/api/types";
import { formatSize, formatTime } from "@/lib/format";
import { Section } from "./section";
import classes from "./section.module.css";

const sameContent = (event: FileEvent, older: FileEvent | undefined): boolean =>
  event.sha256_hash !== null && event.sha256_hash === older?.sha256_hash;

function whatHappened(event: FileEvent, older: FileEvent | undefined): string {
  const { event_type, origin } = event;
  if (event_type === "IN_CREATE") return origin === "scan" ? "Found by a scan" : "Created";
  if (event_type === "IN_CLOSE_WRITE") {
    return sameContent(event, older) ? "Looked at again, same content" : "Content changed";
  }
  if (event_type === "IN_MOVED_TO")
    return origin === "trash" ? "Restored from trash" : "Moved here";
  if (event_type === "IN_DELETE") return origin === "trash" ? "Moved to trash" : "Deleted";
  return event_type;
}

function Event({ event, older }: { event: FileEvent; older: FileEvent | undefined }) {
  return (
    <li className={classes.entry}>
      <span className={classes.entryText}>
        {whatHappened(event, older)}
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
        {events.map((event, at) => (
          <Event key={event.event_id} event={event} older={events[at + 1]} />
        ))}
      </ol>
    </Section>
  );
}
