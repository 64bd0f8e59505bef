const whole = new Intl.NumberFormat("en");
const tenths = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const moment = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "medium" });
const day = new Intl.DateTimeFormat("en", { dateStyle: "medium" });

export const formatCount = (n: number): string => whole.format(n);

const byteUnits = ["B", "kB", "MB", "GB", "TB", "PB"];

/** Bytes in decimal units: 1_500_000 → "1.5 MB". */
export function formatSize(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < byteUnits.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const text = unit > 0 && value < 99.95 ? tenths.format(value) : whole.format(Math.round(value));
  return `${text} ${byteUnits[unit]}`;
}

/** Milliseconds as a clock: 61_000 → "1:01", 3_661_000 → "1:01:01". Under a second: "0.4 s". */
export function formatDuration(ms: number): string {
  if (ms > 0 && ms < 1000) return `${tenths.format(Math.max(ms, 50) / 1000)} s`;
  const total = Math.round(ms / 1000);
  const two = (n: number) => String(n).padStart(2, "0");
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  const seconds = two(total % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${seconds}` : `${minutes}:${seconds}`;
}

/** Milliseconds as a rough length of a whole library: "3 d 4 h", "2 h 10 min". */
export function formatLongDuration(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${minutes % 60} min`;
  return `${whole.format(Math.floor(hours / 24))} d ${hours % 24} h`;
}

/** Seconds until something is done, as rough as such a guess is: "20 s", "4 min", "2 h 10 min". */
export function formatRemaining(seconds: number): string {
  if (seconds <= 50) return `${Math.max(1, Math.ceil(seconds / 10)) * 10} s`;
  return formatLongDuration(Math.max(60, seconds) * 1000);
}

/** Seconds between two looks: 30 → "30 s", 300 → "5 min". */
export const formatInterval = (seconds: number): string =>
  seconds < 120 ? `${tenths.format(seconds)} s` : formatLongDuration(seconds * 1000);

export const formatBitRate = (bps: number): string =>
  bps < 999_500
    ? `${whole.format(Math.round(bps / 1000))} kbit/s`
    : `${tenths.format(bps / 1e6)} Mbit/s`;

export const formatSampleRate = (hz: number): string => `${tenths.format(hz / 1000)} kHz`;

export const formatRate = (perSecond: number): string =>
  `${perSecond < 10 ? tenths.format(perSecond) : whole.format(Math.round(perSecond))}/s`;

export function formatChannels(channels: number): string {
  const named: Record<number, string> = { 1: "mono", 2: "stereo", 6: "5.1", 8: "7.1" };
  const name = named[channels];
  return name === undefined ? `${channels} channels` : `${name} (${channels})`;
}

export const formatTime = (iso: string): string => moment.format(new Date(iso));
export const formatDay = (iso: string): string => day.format(new Date(iso));

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

/** "3 minutes ago"; older than a month: the day. */
export function formatAgo(iso: string, now: number = Date.now()): string {
  const seconds = (new Date(iso).getTime() - now) / 1000;
  if (Math.abs(seconds) > 30 * 86_400) return formatDay(iso);
  for (const [unit, size] of steps) {
    if (Math.abs(seconds) >= size) return relative.format(Math.round(seconds / size), unit);
  }
  return "just now";
}
