import { queryOptions } from "@tanstack/react-query";
import { api } from "@/lib/api/client";
import { unwrap } from "@/lib/api/problem";
import { queryKeys } from "@/lib/api/query-keys";

export const fileQuery = (id: string) =>
  queryOptions({
    queryKey: queryKeys.file(id),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/files/{file_id}", { params: { path: { file_id: id } }, signal })),
  });
