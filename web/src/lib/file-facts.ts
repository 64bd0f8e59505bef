import type { FileItem } from "./api/types";

/** What a file is called on the page: its title tag, else its name. */
export const fileTitle = (file: Pick<FileItem, "title" | "name">): string =>
  file.title || file.name;

/** The codec where it is known, else the format. */
export const fileCodec = (file: Pick<FileItem, "codec" | "format">): string | null =>
  file.codec || file.format;

type Judged = Pick<FileItem, "status" | "reason" | "reason_code">;

/** What is wrong with it, in words; null for a file that is fine. */
export function fileReason(file: Judged): string | null {
  const reason = file.reason || file.reason_code;
  if (file.status === "cataloged") return reason || null;
  return reason || "no reason was recorded";
}

/** It could be read, and yet something about it is not right: a silent change, a wrong checksum. */
export const isDoubtful = (file: Judged): boolean =>
  file.status === "cataloged" && fileReason(file) !== null;
