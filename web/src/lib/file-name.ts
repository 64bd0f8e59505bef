const invisible =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g;
const loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

function picture(char: string): string {
  const code = char.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return "\u2421";
  return `⟨U+${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;
}

/**
 * A file name or path as text that can't break a line, hide itself or turn its surroundings around:
 * control characters and bidi overrides become visible signs. Letters of any script stay as they are.
 */
export function visibleName(name: string): string {
  return name.replace(invisible, picture).replace(loneSurrogate, "\ufffd");
}

/** The last part of a path; the path itself when it has none. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1) || path;
}
