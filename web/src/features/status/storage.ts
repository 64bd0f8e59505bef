const names: Record<string, string> = {
  ssd: "SSD",
  hdd: "Hard disk",
  network: "Network",
  fuse: "FUSE",
  memory: "Memory",
};

/** What a root lies on, in words; a kind that this page does not know stays as it is. */
export const storageName = (storage: string): string => names[storage] ?? storage;
