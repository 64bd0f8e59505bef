/** Every query key of the page: the live table (lib/live.ts) and the features meet here. */
export const queryKeys = {
  session: ["session"] as const,
  stats: ["stats"] as const,
  deadLetters: ["dead-letters"] as const,
  facets: ["facets"] as const,
  files: ["files"] as const,
  fileList: ["files", "list"] as const,
  file: (id: string) => ["files", "detail", id] as const,
};
