const invisible =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g;
const loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;
const leftToRightMark = "\u200e";

const named: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function escaped(char: string): string {
  const hex = char.charCodeAt(0).toString(16);
  return (
    named[char] ?? (hex.length > 2 ? `\\u${hex.padStart(4, "0")}` : `\\x${hex.padStart(2, "0")}`)
  );
}

/**
 * A file name or path as text that can't break a line, hide itself or turn its surroundings around:
 * control characters and bidi overrides become escapes (`\\n`, `\\x1b`, `\\u202e`), as the API writes
 * bytes that are no UTF-8. Letters of any script stay as they are.
 */
export function visibleName(name: string): string {
  // Beside right-to-left letters an escape needs a mark, or its backslash goes to the wrong side.
  const mark = rightToLeft.test(name) ? leftToRightMark : "";
  return name.replace(invisible, (char) => mark + escaped(char)).replace(loneSurrogate, "\ufffd");
}

/** The last part of a path; the path itself when it has none. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1) || path;
}
