import type { FileItem } from "./api/types";

/** What a file is called on the page: its title tag, else its name. */
export const fileTitle = (file: Pick<FileItem, "title" | "name">): string =>
  file.title || file.name;

/** The codec where it is known, else the format. */
export const fileCodec = (file: Pick<FileItem, "codec" | "format">): string | null =>
  file.codec || file.format;

/** Why it could not be read, in words; null for a file that is fine. */
export function fileReason(
  file: Pick<FileItem, "status" | "reason" | "reason_code">,
): string | null {
  if (file.status === "cataloged") return null;
  return file.reason || file.reason_code || "no reason was recorded";
}
