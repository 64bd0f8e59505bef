import { useEffect, useState } from "react";
import type { FileItem } from "@/lib/api/types";
import classes from "./hover-clip.module.css";

const REST_MS = 250;

type ClipFile = Pick<FileItem, "id" | "kind" | "availability" | "sha256_hash">;

function clipSource({ id, sha256_hash }: ClipFile): string {
  return `/api/v1/files/${id}/previews/hover.webp?v=${sha256_hash}`;
}

function wantsStillness(): boolean {
  return window.matchMedia?.("(prefers-reduced-motion: reduce)").matches ?? false;
}

/** A few silent seconds over a film's cover while the pointer rests on it; made when first asked for. */
export function HoverClip({ file }: { file: ClipFile }) {
  const [over, setOver] = useState(false);
  const [rested, setRested] = useState(false);
  const [loaded, setLoaded] = useState(false);
  const [failed, setFailed] = useState(false);

  useEffect(() => {
    if (!over) {
      setRested(false);
      setLoaded(false);
      return;
    }
    const timer = window.setTimeout(() => setRested(true), REST_MS);
    return () => window.clearTimeout(timer);
  }, [over]);

  const offered =
    file.kind === "video" && file.availability === "present" && file.sha256_hash !== null;
  if (!offered || failed) return null;
  return (
    <span
      className={classes.area}
      data-testid="hover-clip"
      onPointerEnter={() => setOver(!wantsStillness())}
      onPointerLeave={() => setOver(false)}
    >
      {rested && (
        <img
          className={classes.clip}
          data-loaded={loaded}
          src={clipSource(file)}
          alt=""
          draggable={false}
          onLoad={() => setLoaded(true)}
          onError={() => setFailed(true)}
        />
      )}
    </span>
  );
}
