/** Texts that people send, as a database can hold them. */

/** The text without U+0000, which JSON may carry and PostgreSQL's text may not. */
export function storableText(text: string): string {
  return text.replaceAll('\0', '');
}
