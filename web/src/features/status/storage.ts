const names: Record<string, string> = {
  ssd: "SSD",
  hdd: "Hard disk",
  network: "Network",
  fuse: "FUSE",
  memory: "Memory",
};

/** What a root lies on, in words; null where nobody knows. New kinds stay as they are. */
export function storageName(storage: string | null): string | null {
  if (storage === null || storage === "unknown") return null;
  return names[storage] ?? storage;
}
