import type {
  FileDetail,
  FileItem,
  Media,
  RootStatus,
  Stream,
  WholeDeadLetter,
} from "@/lib/api/types";
import type { RootProgress } from "@/lib/live-events";

const time = "2024-01-01T12:00:00.000000+00:00";
let made = 0;

/** A cataloged FLAC file; every call makes another one. */
export function aFile(over: Partial<FileItem> = {}): FileItem {
  made += 1;
  const name = over.name ?? `track-${made}.flac`;
  return {
    id: `00000000-0000-7000-8000-${String(made).padStart(12, "0")}`,
    file_path: `/music/${name}`,
    file_path_b64: null,
    root: "/music",
    folder: "/music",
    name,
    kind: "audio",
    format: "flac",
    availability: "present",
    status: "cataloged",
    reason: null,
    reason_code: null,
    analysis: "pending",
    sha256_hash: "a".repeat(64),
    xxh128_hash: "b".repeat(32),
    size: 1_500_000,
    modified_time: time,
    accessed_time: time,
    changed_time: time,
    timestamp: time,
    added_time: time,
    missing_since: null,
    title: `Track ${made}`,
    artist: "Mira Solano",
    album: "Golden Harbor",
    album_artist: null,
    year: 2004,
    genre: "Ambient",
    track: 3,
    disc: null,
    duration_ms: 61_000,
    codec: "flac",
    container: "flac",
    bit_rate: 912_000,
    sample_rate: 44_100,
    channels: 2,
    width: null,
    height: null,
    frame_rate: null,
    has_artwork: false,
    artwork_url: null,
    ...over,
  };
}

export function aStream(over: Partial<Stream> = {}): Stream {
  return {
    type: "audio",
    codec: "flac",
    profile: null,
    language: null,
    title: null,
    default: false,
    forced: false,
    bit_rate: null,
    sample_rate: null,
    channels: null,
    channel_layout: null,
    bit_depth: null,
    width: null,
    height: null,
    frame_rate: null,
    pixel_format: null,
    rotation: null,
    ...over,
  };
}

export function aMedia(over: Partial<Media> = {}): Media {
  return {
    kind: "audio",
    format: "flac",
    mime: "audio/flac",
    container: "flac",
    codecs: ["flac"],
    duration_ms: 61_000,
    bit_rate: 912_000,
    sample_rate: 44_100,
    channels: 2,
    width: null,
    height: null,
    frame_rate: null,
    rotation: null,
    streams: [aStream()],
    tags: {
      title: null,
      artist: null,
      album: null,
      album_artist: null,
      composer: null,
      genre: null,
      comment: null,
      date: null,
      year: null,
      track: null,
      track_total: null,
      disc: null,
      disc_total: null,
      bpm: null,
      lyrics: null,
      other: {},
    },
    artwork: null,
    artwork_count: 0,
    damage: null,
    chapters: [],
    cue: null,
    nfo: null,
    xmp: null,
    playlist: null,
    lyrics: null,
    subtitle: null,
    checksums: null,
    ...over,
  };
}

export function aDetail(over: Partial<FileDetail> = {}): FileDetail {
  return { ...aFile(over), media: aMedia(), neighbors: [], events: [], ...over };
}

export function aRoot(over: Partial<RootStatus> = {}): RootStatus {
  return {
    root: "/music",
    state: "watching",
    message: null,
    found: 10,
    done: 10,
    left: 0,
    errors: 0,
    rate: null,
    paused: false,
    remaining_seconds: null,
    last_error: null,
    holder: null,
    storage: null,
    polled_seconds: null,
    skipped: [],
    skipped_count: 0,
    corrupted: [],
    corrupted_count: 0,
    last_scan_time: time,
    updated_time: null,
    ...over,
  };
}

/** A root as a live frame tells it. */
export function aProgress(over: Partial<RootProgress> = {}): RootProgress {
  const { skipped: _skipped, corrupted: _corrupted, ...root } = aRoot(over);
  return root;
}

/** A message that the populator could not handle; every call makes another one. */
export function aLetter(over: Partial<WholeDeadLetter> = {}): WholeDeadLetter {
  made += 1;
  return {
    id: `letter-${made}`,
    queue: "apollonia-populator",
    message_id: `message-${made}`,
    message_schema: "apollonia.file/1",
    error: "malformed_message",
    reason: `size is missing (${made})`,
    attempts: 3,
    occurrences: 1,
    size: 18,
    first_time: time,
    last_time: time,
    state: "dead",
    actor: null,
    changed_time: null,
    note: null,
    trace_id: null,
    headers: {},
    body: "{}",
    body_truncated: false,
    ...over,
  };
}
