import {
  IconFile,
  IconFileText,
  IconMovie,
  IconMusic,
  IconPhoto,
  type IconProps,
  IconSubtitles,
} from "@tabler/icons-react";
import type { Kind } from "@/lib/api/types";

const icons: Record<Kind, typeof IconFile> = {
  audio: IconMusic,
  video: IconMovie,
  image: IconPhoto,
  subtitle: IconSubtitles,
  document: IconFileText,
  other: IconFile,
};

export const kindNames: Record<Kind, string> = {
  audio: "Audio",
  video: "Video",
  image: "Image",
  subtitle: "Subtitle",
  document: "Document",
  other: "Other",
};

export function KindIcon({ kind, ...props }: { kind: Kind } & IconProps) {
  const Icon = icons[kind];
  return <Icon aria-hidden="true" stroke={1.5} {...props} />;
}
