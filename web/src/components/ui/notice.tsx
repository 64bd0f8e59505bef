import type { ReactNode } from "react";
import classes from "./notice.module.css";

interface NoticeProps {
  tone: "danger" | "warning";
  icon: ReactNode;
  title: string;
  children: ReactNode;
}

/** Something about what is shown that a person should know. */
export function Notice({ tone, icon, title, children }: NoticeProps) {
  return (
    <div className={classes.notice} data-tone={tone} role="note">
      <span className={classes.icon} aria-hidden="true">
        {icon}
      </span>
      <div className={classes.text}>
        <strong className={classes.title}>{title}</strong>
        <div>{children}</div>
      </div>
    </div>
  );
}
