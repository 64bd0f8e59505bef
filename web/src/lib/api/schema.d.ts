/**
 * The REST contract's types, in openapi-typescript's shape. `npm run generate` writes this file from
 * docs/reference/openapi.json.
 */
export interface paths {
  "/api/v1/files": {
    get: {
      parameters: {
        query?: {
          limit?: number;
          cursor?: string | null;
          q?: string | null;
          kind?: components["schemas"]["Kind"][];
          format?: string[];
          root?: string | null;
          folder?: string | null;
          recursive?: boolean;
          availability?: components["schemas"]["Availability"][];
          status?: components["schemas"]["Status"][];
          sort?: components["schemas"]["Sort"];
        };
      };
      responses: {
        200: { content: { "application/json": components["schemas"]["FilePage"] } };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] } };
      };
    };
  };
  "/api/v1/files/{file_id}": {
    get: {
      parameters: { path: { file_id: string } };
      responses: {
        200: { content: { "application/json": components["schemas"]["FileDetail"] } };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] } };
      };
    };
  };
  "/api/v1/stats": {
    get: {
      responses: {
        200: { content: { "application/json": components["schemas"]["Stats"] } };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] } };
      };
    };
  };
  "/api/v1/facets": {
    get: {
      parameters: paths["/api/v1/files"]["get"]["parameters"];
      responses: {
        200: { content: { "application/json": components["schemas"]["Facets"] } };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] } };
      };
    };
  };
  "/api/v1/session": {
    get: {
      responses: {
        200: { content: { "application/json": components["schemas"]["Session"] } };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] } };
      };
    };
  };
  "/api/v1/session/sign-out": {
    post: {
      parameters: { header?: { "X-CSRF-Token"?: string } };
      responses: {
        204: { content?: never };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] } };
      };
    };
  };
  "/api/v1/roots/rescan": {
    post: {
      parameters: { header?: { "X-CSRF-Token"?: string } };
      requestBody: { content: { "application/json": { root: string | null } } };
      responses: {
        202: { content: { "application/json": { requested: string[] } } };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] } };
      };
    };
  };
}

export interface components {
  schemas: {
    Kind: "audio" | "video" | "image" | "subtitle" | "document" | "other";
    Availability: "present" | "missing" | "trashed";
    Status: "cataloged" | "unreadable" | "skipped";
    Analysis: "pending" | "running" | "done" | "partial" | "failed" | "unavailable";
    Sort:
      | "added" | "-added" | "path" | "-path" | "title" | "-title" | "artist" | "-artist"
      | "album" | "-album" | "duration" | "-duration" | "size" | "-size" | "modified"
      | "-modified" | "relevance";
    Problem: {
      type: string; title: string; status: number; code: string; detail: string;
      instance: string; request_id: string;
    };
    FileItem: {
      id: string;
      file_path: string; file_path_b64: string | null; root: string; folder: string; name: string;
      kind: components["schemas"]["Kind"]; format: string | null;
      availability: components["schemas"]["Availability"];
      status: components["schemas"]["Status"];
      reason: string | null; reason_code: string | null;
      analysis: components["schemas"]["Analysis"];
      sha256_hash: string | null; xxh128_hash: string | null; size: number;
      modified_time: string; accessed_time: string; changed_time: string;
      timestamp: string; added_time: string; missing_since: string | null;
      title: string | null; artist: string | null; album: string | null;
      album_artist: string | null; year: number | null; genre: string | null;
      track: number | null; disc: number | null;
      duration_ms: number | null; codec: string | null; container: string | null;
      bit_rate: number | null; sample_rate: number | null; channels: number | null;
      width: number | null; height: number | null; frame_rate: number | null;
      has_artwork: boolean; artwork_url: string | null;
    };
    FilePage: {
      items: components["schemas"]["FileItem"][];
      next: string | null; total: number | null; total_at_least?: number | null;
    };
    Stream: {
      type: "audio" | "video" | "subtitle" | "data" | "attachment" | "other";
      codec: string | null; profile: string | null; language: string | null; title: string | null;
      default: boolean; forced: boolean; bit_rate: number | null; sample_rate: number | null;
      channels: number | null; channel_layout: string | null; bit_depth: number | null;
      width: number | null; height: number | null; frame_rate: number | null;
      pixel_format: string | null; rotation: number | null;
    };
    Chapter: { start_ms: number; end_ms: number; title: string | null };
    Artwork: { mime: string; width: number | null; height: number | null };
    Tags: {
      title: string | null; artist: string | null; album: string | null;
      album_artist: string | null; composer: string | null; genre: string | null;
      comment: string | null; date: string | null; year: number | null; track: number | null;
      track_total: number | null; disc: number | null; disc_total: number | null;
      bpm: number | null; lyrics: string | null; other: Record<string, string[]>;
    };
    Media: {
      kind: components["schemas"]["Kind"]; format: string | null; mime: string | null;
      container: string | null; codecs: string[]; duration_ms: number | null;
      bit_rate: number | null; sample_rate: number | null; channels: number | null;
      width: number | null; height: number | null; frame_rate: number | null;
      rotation: number | null;
      streams: components["schemas"]["Stream"][]; tags: components["schemas"]["Tags"];
      artwork: components["schemas"]["Artwork"] | null; artwork_count: number;
      chapters: components["schemas"]["Chapter"][];
    };
    Neighbor: {
      file_path: string; role: string; language: string | null; forced: boolean;
      id: string | null; kind: components["schemas"]["Kind"] | null; present: boolean;
    };
    FileEvent: {
      event_id: string; event_type: string; timestamp: string; origin: string | null;
      moved_from: string | null; size: number | null; sha256_hash: string | null;
      error: { code: string; message: string } | null;
    };
    FileDetail: components["schemas"]["FileItem"] & {
      media: components["schemas"]["Media"] | null;
      neighbors: components["schemas"]["Neighbor"][];
      events: components["schemas"]["FileEvent"][];
    };
    RootStatus: {
      root: string;
      state: "starting" | "scanning" | "watching" | "paused" | "unavailable" | "degraded" | "stopped";
      message: string | null;
      found: number; done: number; left: number; errors: number; rate: number | null;
      skipped: { path: string; reason: string }[]; skipped_count: number;
      last_scan_time: string | null; updated_time: string;
    };
    Stats: {
      files: number;
      by_kind: Record<string, number>; by_format: Record<string, number>;
      by_status: Record<string, number>; by_availability: Record<string, number>;
      total_size: number; total_duration_ms: number;
      roots: components["schemas"]["RootStatus"][];
      position: number; queues: Record<string, number>; dead_letters: number;
    };
    Facets: { kind: Record<string, number>; format: Record<string, number> };
    Session: { principal: string; role: string; csrf_token: string; version: string };
  };
}
