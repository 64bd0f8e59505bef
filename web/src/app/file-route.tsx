import { getRouteApi } from "@tanstack/react-router";
import { FilePage } from "@/features/file/components/file-page";

const route = getRouteApi("/files/$id");

export function FileRoute() {
  const { id } = route.useParams();
  return <FilePage id={id} />;
}
