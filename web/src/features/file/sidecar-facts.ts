import type { Media } from "@/lib/api/types";
import { formatCodec } from "@/lib/codec-names";
import { formatCount, formatDuration } from "@/lib/format";
import { languageName } from "@/lib/languages";
import { type Fact, known } from "./facts";

type Of<K extends keyof Media> = NonNullable<Media[K]>;

const list = (words: string[]): string => words.join(", ");

export const cueFacts = (cue: Of<"cue">): Fact[] =>
  known([
    ["Title", cue.title],
    ["Performer", cue.performer],
    ["Genre", cue.genre],
    ["Date", cue.date],
    [cue.files.length === 1 ? "File" : "Files", list(cue.files)],
  ]);

const nfoTypes: Record<string, string> = {
  movie: "Film",
  tvshow: "Series",
  season: "Season",
  episode: "Episode",
  musicvideo: "Music video",
  album: "Album",
  artist: "Artist",
  set: "Film set",
};

const siteNames: Record<string, string> = { imdb: "IMDb", tmdb: "TMDB", tvdb: "TheTVDB" };

export function nfoFacts(nfo: Of<"nfo">): Fact[] {
  const facts = known([
    ["Describes", nfo.type && (nfoTypes[nfo.type] ?? nfo.type)],
    ["Title", nfo.title],
    ["Original title", nfo.original_title],
    ["Series", nfo.show_title],
    ["Season", nfo.season === 0 ? "Specials" : nfo.season],
    ["Episode", nfo.episode],
    ["Year", nfo.year],
    ["Date", nfo.date],
    ["Running time", nfo.runtime_minutes && `${nfo.runtime_minutes} min`],
    ["Rating", nfo.rating],
    ["Genres", list(nfo.genres)],
    ["Studios", list(nfo.studios)],
    ["Directors", list(nfo.directors)],
    ["Artists", list(nfo.artists)],
    ["Actors", list(nfo.actors)],
    ["Tagline", nfo.tagline],
    ["Outline", nfo.outline],
    ["Plot", nfo.plot],
  ]);
  const ids = Object.entries(nfo.ids).map(([site, id]): Fact => [siteNames[site] ?? site, id]);
  return [...facts, ...ids];
}

function stars(rating: number | null): string | null {
  if (rating === null) return null;
  if (rating < 0) return "Rejected";
  return rating === 1 ? "1 star" : `${rating} stars`;
}

export const xmpFacts = (xmp: Of<"xmp">): Fact[] =>
  known([
    ["Title", xmp.title],
    ["Description", xmp.description],
    ["Creators", list(xmp.creators)],
    ["Subjects", list(xmp.subjects)],
    ["Rating", stars(xmp.rating)],
    ["Label", xmp.label],
    ["Date", xmp.date],
    ["Made with", xmp.tool],
  ]);

export function subtitleFacts(subtitle: Of<"subtitle">): Fact[] {
  const { language, languages, start_ms, end_ms } = subtitle;
  const spoken = languages.length > 0 ? languages : language ? [language] : [];
  return known([
    ["Format", formatCodec(subtitle.format)],
    ["Title", subtitle.title],
    [spoken.length > 1 ? "Languages" : "Language", list(spoken.map(languageName))],
    ["Lines", formatCount(subtitle.cues)],
    [
      "From, to",
      start_ms !== null &&
        end_ms !== null &&
        `${formatDuration(start_ms)} – ${formatDuration(end_ms)}`,
    ],
  ]);
}
