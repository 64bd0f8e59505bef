const languages = new Intl.DisplayNames(["en"], { type: "language", fallback: "none" });

/** "de" → "German"; what is no known code stays as it was written. */
export function languageName(code: string): string {
  try {
    return languages.of(code) ?? code;
  } catch {
    return code;
  }
}
