import { SafeName } from "@/components/ui/safe-name";
import type { Media } from "@/lib/api/types";
import { visibleName } from "@/lib/file-name";
import { formatDuration } from "@/lib/format";
import type { Fact } from "../facts";
import { cueFacts, nfoFacts, subtitleFacts, xmpFacts } from "../sidecar-facts";
import { Checksums } from "./checksums";
import { LongList } from "./long-list";
import { FactList, Section } from "./section";
import classes from "./section.module.css";

type Cue = NonNullable<Media["cue"]>;
type Playlist = NonNullable<Media["playlist"]>;
type Lyrics = NonNullable<Media["lyrics"]>;

const Aside = ({ text }: { text: string }) => <span className={classes.aside}>{text}</span>;

function Facts({ title, facts }: { title: string; facts: Fact[] }) {
  if (facts.length === 0) return null;
  return (
    <Section title={title}>
      <FactList facts={facts} />
    </Section>
  );
}

function CueTrack({ track }: { track: Cue["tracks"][number] }) {
  return (
    <>
      <span className={classes.number}>{track.number}</span>
      <span className={classes.entryText}>
        <SafeName name={track.title ?? `Track ${track.number}`} wrap />
        {track.performer && <SafeName name={track.performer} className={classes.under} wrap />}
        {track.file && <SafeName name={track.file} className={classes.under} wrap />}
      </span>
      {track.start_ms !== null && <Aside text={formatDuration(track.start_ms)} />}
    </>
  );
}

function CueSheet({ cue }: { cue: Cue }) {
  const facts = cueFacts(cue);
  return (
    <Section title="Cue sheet">
      {facts.length > 0 && <FactList facts={facts} />}
      <div className={classes.group}>
        <LongList
          items={cue.tracks}
          truncated={cue.truncated}
          render={(track) => <CueTrack track={track} />}
        />
      </div>
    </Section>
  );
}

function PlaylistEntries({ playlist }: { playlist: Playlist }) {
  return (
    <Section title={playlist.title ? `Playlist: ${visibleName(playlist.title)}` : "Playlist"}>
      <LongList
        items={playlist.entries}
        truncated={playlist.truncated}
        render={({ path, title, duration_ms }, at) => (
          <>
            <span className={classes.number}>{at + 1}</span>
            <span className={classes.entryText}>
              <SafeName name={title ?? path} wrap />
              {title !== null && <SafeName name={path} className={classes.under} wrap />}
            </span>
            {duration_ms !== null && <Aside text={formatDuration(duration_ms)} />}
          </>
        )}
      />
    </Section>
  );
}

function LyricsLines({ lyrics }: { lyrics: Lyrics }) {
  return (
    <Section title={lyrics.synced ? "Lyrics, line by line in time" : "Lyrics"}>
      <LongList
        items={lyrics.lines}
        truncated={lyrics.truncated}
        render={({ text, start_ms }) => (
          <>
            <bdi dir="auto" className={classes.entryText}>
              {visibleName(text)}
            </bdi>
            {start_ms !== null && <Aside text={formatDuration(start_ms)} />}
          </>
        )}
      />
    </Section>
  );
}

/** What a file beside media tells of it: tracks, a description, notes, sums. */
export function Sidecar({ media }: { media: Media | null }) {
  if (media === null) return null;
  const { cue, nfo, xmp, playlist, lyrics, subtitle, checksums } = media;
  return (
    <>
      {checksums && <Checksums sums={checksums} />}
      {cue && <CueSheet cue={cue} />}
      {playlist && <PlaylistEntries playlist={playlist} />}
      {nfo && <Facts title="Description" facts={nfoFacts(nfo)} />}
      {xmp && <Facts title="Notes" facts={xmpFacts(xmp)} />}
      {subtitle && <Facts title="Subtitles" facts={subtitleFacts(subtitle)} />}
      {lyrics && lyrics.lines.length > 0 && <LyricsLines lyrics={lyrics} />}
    </>
  );
}
