import type { FileDetail, Stream } from "@/lib/api/types";
import { visibleName } from "@/lib/file-name";
import { formatDuration } from "@/lib/format";
import { streamFacts } from "../facts";
import { FactList, Section } from "./section";
import classes from "./section.module.css";

const typeNames: Record<Stream["type"], string> = {
  audio: "Audio",
  video: "Video",
  subtitle: "Subtitles",
  data: "Data",
  attachment: "Attachment",
  other: "Other",
};

function StreamCard({ stream, at }: { stream: Stream; at: number }) {
  return (
    <li className={classes.stream}>
      <h3 className={classes.streamName}>
        {at + 1}. {typeNames[stream.type]}
      </h3>
      <FactList facts={streamFacts(stream)} />
    </li>
  );
}

function StreamList({ title, streams }: { title: string; streams: [Stream, number][] }) {
  if (streams.length === 0) return null;
  return (
    <Section title={title}>
      <ol className={`${classes.list} ${classes.streams}`}>
        {streams.map(([stream, at]) => (
          <StreamCard key={at} stream={stream} at={at} />
        ))}
      </ol>
    </Section>
  );
}

function Chapters({ chapters }: Pick<NonNullable<FileDetail["media"]>, "chapters">) {
  if (chapters.length === 0) return null;
  return (
    <Section title="Chapters">
      <ol className={classes.list}>
        {chapters.map(({ start_ms, end_ms, title }, at) => (
          <li key={start_ms} className={classes.entry}>
            <bdi dir="auto" className={classes.entryText}>
              {title ? visibleName(title) : `Chapter ${at + 1}`}
            </bdi>
            <span className={classes.aside}>
              {formatDuration(start_ms)} – {formatDuration(end_ms)}
            </span>
          </li>
        ))}
      </ol>
    </Section>
  );
}

/** What is inside of the file: its streams, embedded subtitles and chapters. */
export function Contents({ media }: { media: FileDetail["media"] }) {
  if (media === null) return null;
  const numbered = media.streams.map((stream, at): [Stream, number] => [stream, at]);
  return (
    <>
      <StreamList title="Streams" streams={numbered.filter(([it]) => it.type !== "subtitle")} />
      <StreamList
        title="Embedded subtitles"
        streams={numbered.filter(([it]) => it.type === "subtitle")}
      />
      <Chapters chapters={media.chapters} />
    </>
  );
}
