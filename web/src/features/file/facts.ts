import type { FileDetail, Stream, Tags } from "@/lib/api/types";
import { formatCodec, formatContainer } from "@/lib/codec-names";
import {
  formatBitRate,
  formatChannels,
  formatCount,
  formatDuration,
  formatSampleRate,
  formatSize,
} from "@/lib/format";
import { languageName } from "@/lib/languages";

/** A name and what is known under it; facts that are not known are left out. */
export type Fact = [name: string, value: string];

type Maybe = [name: string, value: string | number | null | undefined | false];

export function known(facts: Maybe[]): Fact[] {
  return facts.flatMap(([name, value]) =>
    value === null || value === undefined || value === false || value === ""
      ? []
      : [[name, String(value)] as Fact],
  );
}

const through = <T>(value: T | null | undefined, format: (value: T) => string): string | null =>
  value === null || value === undefined ? null : format(value);

const ofTotal = (one: number | null | undefined, total: number | null | undefined): string | null =>
  through(one, (n) => (total ? `${n} of ${total}` : String(n)));

const fps = (rate: number): string => `${Number(rate.toFixed(3))} fps`;
const degrees = (n: number): string => `${n}°`;

function pixels(it: { width: number | null; height: number | null }): string | null {
  return it.width && it.height ? `${it.width} × ${it.height}` : null;
}

/** Nothing has looked at it: no fact about the file. */
const notAnalysed: ReadonlySet<FileDetail["analysis"]> = new Set(["pending", "unavailable"]);

export function mediaFacts(file: FileDetail): Fact[] {
  const { media } = file;
  const picture = media?.artwork;
  return known([
    ["Length", through(file.duration_ms, formatDuration)],
    ["Format", through(file.format, formatCodec)],
    ["Container", formatContainer(file.container, file.format)],
    ["Codecs", media?.codecs.map(formatCodec).join(", ") || through(file.codec, formatCodec)],
    ["MIME type", media?.mime],
    ["Bit rate", through(file.bit_rate, formatBitRate)],
    ["Sample rate", through(file.sample_rate, formatSampleRate)],
    ["Channels", through(file.channels, formatChannels)],
    ["Dimensions", pixels(file)],
    ["Frame rate", through(file.frame_rate, fps)],
    ["Rotation", media?.rotation ? degrees(media.rotation) : null],
    [
      "Embedded artwork",
      picture &&
        [picture.mime, pixels(picture), countOf(media?.artwork_count)].filter(Boolean).join(", "),
    ],
    ["Size", `${formatSize(file.size)} (${formatCount(file.size)} bytes)`],
    ["Analysis", notAnalysed.has(file.analysis) ? null : file.analysis],
  ]);
}

const countOf = (n: number | undefined): string | null => (n && n > 1 ? `${n} pictures` : null);

export function tagFacts(file: FileDetail): Fact[] {
  const tags: Partial<Tags> = file.media?.tags ?? {};
  const named = known([
    ["Title", tags.title ?? file.title],
    ["Artist", tags.artist ?? file.artist],
    ["Album", tags.album ?? file.album],
    ["Album artist", tags.album_artist ?? file.album_artist],
    ["Composer", tags.composer],
    ["Genre", tags.genre ?? file.genre],
    ["Date", tags.date],
    ["Year", tags.year ?? file.year],
    ["Track", ofTotal(tags.track ?? file.track, tags.track_total)],
    ["Disc", ofTotal(tags.disc ?? file.disc, tags.disc_total)],
    ["Tempo", through(tags.bpm, (bpm) => `${bpm} BPM`)],
    ["Comment", tags.comment],
    ["Lyrics", tags.lyrics],
  ]);
  const others = Object.entries(tags.other ?? {}).map(
    ([name, values]): Fact => [name, values.join("; ")],
  );
  return [...named, ...others];
}

export function streamFacts(stream: Stream): Fact[] {
  return known([
    ["Codec", through(stream.codec, formatCodec)],
    ["Profile", stream.profile],
    ["Language", through(stream.language, languageName)],
    ["Title", stream.title],
    ["Bit rate", through(stream.bit_rate, formatBitRate)],
    ["Sample rate", through(stream.sample_rate, formatSampleRate)],
    ["Channels", through(stream.channels, formatChannels)],
    ["Layout", stream.channel_layout],
    ["Bit depth", through(stream.bit_depth, (n) => `${n} bit`)],
    ["Dimensions", pixels(stream)],
    ["Frame rate", through(stream.frame_rate, fps)],
    ["Pixel format", stream.pixel_format],
    ["Rotation", stream.rotation ? degrees(stream.rotation) : null],
    ["Flags", [stream.default && "default", stream.forced && "forced"].filter(Boolean).join(", ")],
  ]);
}
