import { FoldersPage } from "@/features/status/components/folders-page";

export function FoldersRoute() {
  return <FoldersPage />;
}
