/** Names of codecs, formats and containers as people write them; others are told by rules below. */
const names: Record<string, string> = {
  ac3: "AC-3",
  amr_nb: "AMR-NB",
  amr_wb: "AMR-WB",
  crc32: "CRC-32",
  dvb_subtitle: "DVB subtitles",
  dvd_subtitle: "VobSub",
  eac3: "E-AC-3",
  h263: "H.263",
  h264: "H.264",
  hdmv_pgs_subtitle: "PGS",
  matroska: "Matroska",
  md5: "MD5",
  mjpeg: "Motion JPEG",
  mov_text: "MPEG-4 timed text",
  mpc: "Musepack",
  mpeg: "MPEG program stream",
  mpeg1video: "MPEG-1",
  mpeg2video: "MPEG-2",
  mpeg4: "MPEG-4",
  mpegts: "MPEG transport stream",
  mpegvideo: "MPEG video",
  msmpeg4v3: "MPEG-4 (Microsoft v3)",
  musepack7: "Musepack SV7",
  musepack8: "Musepack SV8",
  opus: "Opus",
  prores: "ProRes",
  sha1: "SHA-1",
  sha256: "SHA-256",
  sha512: "SHA-512",
  speex: "Speex",
  spx: "Speex",
  subrip: "SubRip",
  theora: "Theora",
  truehd: "Dolby TrueHD",
  vorbis: "Vorbis",
  vtt: "WebVTT",
  wavpack: "WavPack",
  webm: "WebM",
  webp: "WebP",
  webvtt: "WebVTT",
  wmalossless: "WMA Lossless",
  wmapro: "WMA Pro",
  wmav1: "WMA 1",
  wmav2: "WMA 2",
  wmavoice: "WMA Voice",
  wmv1: "WMV 7",
  wmv2: "WMV 8",
  wmv3: "WMV 9",
  wv: "WavPack",
};

const pcmNames: Record<string, string> = {
  alaw: "PCM A-law",
  bluray: "PCM (Blu-ray)",
  dvd: "PCM (DVD)",
  mulaw: "PCM µ-law",
};

/** `s16le` → "PCM 16-bit": signs and the order of bytes are no one's question. */
function pcmName(layout: string): string {
  const [, letter = "", bits] = /^([suf])(\d+)/.exec(layout) ?? [];
  if (bits === undefined) return pcmNames[layout] ?? `PCM ${layout}`;
  return letter === "f" ? `PCM ${bits}-bit float` : `PCM ${bits}-bit`;
}

/** A codec, format or container by its short name. */
export function formatCodec(codec: string): string {
  const name = names[codec];
  if (name !== undefined) return name;
  if (codec.startsWith("pcm_")) return pcmName(codec.slice(4));
  if (codec.startsWith("adpcm_")) return "ADPCM";
  if (codec.startsWith("dsd_")) return "DSD";
  return codec.length <= 5 ? codec.toUpperCase() : codec;
}

/** What holds the streams, where that says more than the format does; else null. */
export function formatContainer(container: string | null, format: string | null): string | null {
  if (container === null) return null;
  if (format === null) return formatCodec(container);
  // FFmpeg calls the whole family "mov", be it an MP4, an M4A or a 3GP.
  if (container === "mov" || formatCodec(container) === formatCodec(format)) return null;
  return formatCodec(container);
}
