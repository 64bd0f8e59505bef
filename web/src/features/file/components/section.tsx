import { Title } from "@mantine/core";
import { type ReactNode, useId } from "react";
import { visibleName } from "@/lib/file-name";
import type { Fact } from "../facts";
import classes from "./section.module.css";

export function Section({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <section className={classes.section} aria-labelledby={id}>
      <Title order={2} id={id} className={classes.heading}>
        {title}
      </Title>
      {children}
    </section>
  );
}

/** Tags may carry anything: line breaks stay, what hides or turns text becomes visible. */
function factText(value: string): string {
  return value
    .split(/\r\n|\r|\n/)
    .map(visibleName)
    .join("\n");
}

export function FactList({ facts }: { facts: Fact[] }) {
  return (
    <dl className={classes.facts}>
      {facts.map(([name, value]) => (
        <div key={name} className={classes.fact}>
          <dt>{visibleName(name)}</dt>
          <dd className="tabular">
            <bdi dir="auto">{factText(value)}</bdi>
          </dd>
        </div>
      ))}
    </dl>
  );
}
