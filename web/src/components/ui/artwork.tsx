import { useState } from "react";
import type { FileItem } from "@/lib/api/types";
import { failedPictures } from "@/lib/failed-pictures";
import classes from "./artwork.module.css";
import { KindIcon } from "./kind-icon";

type ArtworkFile = Pick<FileItem, "id" | "kind" | "has_artwork" | "artwork_url" | "sha256_hash">;

interface ArtworkProps {
  file: ArtworkFile;
  /** Longest edge in pixels that is asked for. */
  size: 96 | 320 | 640 | 1024;
  /** Fill the frame and crop (cards), or show all of it (the file's page). */
  fit?: "cover" | "contain";
  alt?: string;
}

/** The picture's address; it changes with the content, so that a cached cover is never a stale one. */
function artworkSource(url: string, size: number, hash: string | null): string {
  const version = hash === null ? "" : `&v=${hash.slice(0, 12)}`;
  return `${url}?size=${size}${version}`;
}

/** Two hues from the id's own digits: a file keeps its colours for life. */
function gradient(id: string): string {
  let seed = 0;
  for (const char of id) seed = (Math.imul(seed, 31) + char.charCodeAt(0)) >>> 0;
  const hue = seed % 360;
  const turn = 30 + ((seed >>> 9) % 50);
  const angle = 115 + ((seed >>> 15) % 50);
  return `linear-gradient(${angle}deg, hsl(${hue} 38% 46%), hsl(${(hue + turn) % 360} 42% 27%))`;
}

export function Artwork({ file, size, fit = "cover", alt = "" }: ArtworkProps) {
  const source = file.artwork_url && artworkSource(file.artwork_url, size, file.sha256_hash);
  const [failed, setFailed] = useState<string | null>(null);
  const [loaded, setLoaded] = useState<string | null>(null);

  if (!source || failed === source || (loaded !== source && failedPictures.has(file))) {
    return (
      <div className={classes.fallback} style={{ backgroundImage: gradient(file.id) }}>
        <KindIcon kind={file.kind} className={classes.icon} />
      </div>
    );
  }
  return (
    <img
      className={classes.image}
      style={{ objectFit: fit }}
      data-loaded={loaded === source}
      src={source}
      alt={alt}
      loading="lazy"
      decoding="async"
      draggable={false}
      onLoad={() => setLoaded(source)}
      onError={() => {
        failedPictures.add(file);
        setFailed(source);
      }}
    />
  );
}
