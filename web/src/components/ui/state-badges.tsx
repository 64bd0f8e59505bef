import { Badge } from "@mantine/core";
import type { FileItem } from "@/lib/api/types";
import { isDoubtful } from "@/lib/file-facts";
import { formatTime } from "@/lib/format";

type Stateful = Pick<
  FileItem,
  "status" | "reason" | "reason_code" | "availability" | "missing_since"
>;

/** What is not as it should be with a file; nothing for one that is fine. */
export function StateBadges({ file, size = "sm" }: { file: Stateful; size?: "xs" | "sm" | "md" }) {
  return (
    <>
      {file.status === "unreadable" && (
        <Badge size={size} color="red.9" variant="filled">
          Unreadable
        </Badge>
      )}
      {file.status === "skipped" && (
        <Badge size={size} color="gray.8" variant="filled">
          Skipped
        </Badge>
      )}
      {isDoubtful(file) && (
        <Badge size={size} variant="filled" c="white" bg="#7a4a00">
          Check
        </Badge>
      )}
      {file.availability === "missing" && (
        <Badge
          size={size}
          variant="filled"
          c="white"
          bg="#7a4a00"
          title={file.missing_since ? `Missing since ${formatTime(file.missing_since)}` : undefined}
        >
          Missing
        </Badge>
      )}
      {file.availability === "trashed" && (
        <Badge size={size} color="gray.8" variant="filled">
          In trash
        </Badge>
      )}
    </>
  );
}
