import { describe, expect, test } from "vitest";
import { formatCodec, formatContainer } from "./codec-names";
import { baseName, visibleName } from "./file-name";
import {
  formatAgo,
  formatBitRate,
  formatDuration,
  formatInterval,
  formatLongDuration,
  formatRemaining,
  formatSize,
} from "./format";
import { languageName } from "./languages";
import { parseSearch, stringifySearch } from "./search-params";

describe("visibleName", () => {
  test.each([
    ["plain name.flac", "plain name.flac"],
    ["a\nb\tc\r", "a\\nb\\tc\\r"],
    ["bell\u0007 del\u007f", "bell\\x07 del\\x7f"],
    ["\u202egpj.exe", "\\u202egpj.exe"],
    ["caf\\xe9", "caf\\xe9"],
    ["lone \ud800 half", "lone \ufffd half"],
    ["شريط\u202ea", "شريط\u200e\\u202ea"],
    ["شريط 🎵 e\u0301", "شريط 🎵 e\u0301"],
  ])("%j", (name, shown) => expect(visibleName(name)).toBe(shown));

  test("baseName is the last part", () => {
    expect(baseName("/a/b.mp3")).toBe("b.mp3");
    expect(baseName("/")).toBe("/");
  });
});

describe("format", () => {
  test.each([
    [0, "0 B"],
    [999, "999 B"],
    [1500, "1.5 kB"],
    [999_949, "1 MB"],
    [123_456_789, "123 MB"],
    [5e12, "5 TB"],
  ])("size %i", (bytes, text) => expect(formatSize(bytes)).toBe(text));

  test.each([
    [0, "0:00"],
    [400, "0.4 s"],
    [61_000, "1:01"],
    [3_661_000, "1:01:01"],
    [59_600, "1:00"],
  ])("duration %i", (ms, text) => expect(formatDuration(ms)).toBe(text));

  test("whole libraries", () => {
    expect(formatLongDuration(130 * 60_000)).toBe("2 h 10 min");
    expect(formatLongDuration(76 * 3_600_000)).toBe("3 d 4 h");
  });

  test.each([
    ["h264", "H.264"],
    ["flac", "FLAC"],
    ["musepack7", "Musepack SV7"],
    ["musepack8", "Musepack SV8"],
    ["dsd_lsbf_planar", "DSD"],
    ["dsd_msbf", "DSD"],
    ["pcm_s16le", "PCM 16-bit"],
    ["pcm_u8", "PCM 8-bit"],
    ["pcm_f32be", "PCM 32-bit float"],
    ["pcm_mulaw", "PCM µ-law"],
    ["adpcm_ima_wav", "ADPCM"],
    ["wmav2", "WMA 2"],
    ["amr_nb", "AMR-NB"],
    ["somethingnew", "somethingnew"],
  ])("codec %s", (codec, text) => expect(formatCodec(codec)).toBe(text));

  test("a container is named where the format does not say it", () => {
    expect(formatContainer("mov", "mp4")).toBeNull();
    expect(formatContainer("flac", "flac")).toBeNull();
    expect(formatContainer("matroska", "webm")).toBe("Matroska");
    expect(formatContainer("mov", null)).toBe("MOV");
    expect(formatContainer(null, "txt")).toBeNull();
  });

  test("languages by name, else by their code", () => {
    expect(languageName("de")).toBe("German");
    expect(languageName("pt-BR")).toBe("Brazilian Portuguese");
    expect(languageName("qaa")).toBe("qaa");
    expect(languageName("not a code")).toBe("not a code");
  });

  test("bit rates", () => {
    expect(formatBitRate(320_000)).toBe("320 kbit/s");
    expect(formatBitRate(4_500_000)).toBe("4.5 Mbit/s");
  });

  test.each([
    [0.4, "10 s"],
    [8.5, "10 s"],
    [41, "50 s"],
    [51, "1 min"],
    [240, "4 min"],
    [7800, "2 h 10 min"],
  ])("%f seconds to go", (seconds, text) => expect(formatRemaining(seconds)).toBe(text));

  test.each([
    [30, "30 s"],
    [0.5, "0.5 s"],
    [300, "5 min"],
  ])("every %f seconds", (seconds, text) => expect(formatInterval(seconds)).toBe(text));

  test("how long ago", () => {
    const now = Date.parse("2024-01-10T12:00:00Z");
    expect(formatAgo("2024-01-10T11:57:00.000000+00:00", now)).toBe("3 minutes ago");
    expect(formatAgo("2024-01-10T11:59:40.000000+00:00", now)).toBe("just now");
    expect(formatAgo("2023-06-01T12:00:00.000000+00:00", now)).toBe("Jun 1, 2023");
  });
});

describe("search parameters", () => {
  test("repeated keys become lists and come back as such", () => {
    const search = { kind: ["audio", "video"], q: "a b&c", folder: undefined };
    expect(stringifySearch(search)).toBe("?kind=audio&kind=video&q=a+b%26c");
    expect(parseSearch("?kind=audio&kind=video&q=a+b%26c")).toEqual({
      kind: ["audio", "video"],
      q: "a b&c",
    });
  });
});
