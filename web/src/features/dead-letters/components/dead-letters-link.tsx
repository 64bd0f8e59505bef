import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { statsQuery } from "@/lib/api/stats-query";
import { formatCount } from "@/lib/format";
import classes from "./dead-letters-link.module.css";

/** The way to the dead letters; nothing while there are none. */
export function DeadLettersLink({ className = "" }: { className?: string }) {
  const { data: stats } = useQuery(statsQuery);
  const waiting = stats?.dead_letters ?? 0;
  if (waiting === 0) return null;
  return (
    <Link to="/dead-letters" className={`${className} ${classes.link}`} title="Dead letters">
      <span className={classes.words}>Dead letters</span>
      <span className={classes.count}>{formatCount(waiting)}</span>
    </Link>
  );
}
