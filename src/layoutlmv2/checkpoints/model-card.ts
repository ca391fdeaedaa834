/** What a model's README says about its licence, in the block of settings at its start. */

/**
 * The `license` of a model card (e.g. `cc-by-nc-sa-4.0`), lower-cased; several are joined by commas. Null where the card
 * states none.
 */
export function findLicence(modelCard: string): string | null {
  const settings = /^\ufeff?---\r?\n(.*?)\r?\n---/s.exec(modelCard)?.[1];
  if (settings === undefined) return null;
  const lines = settings.split(/\r?\n/);
  const index = lines.findIndex((line) => /^license\s*:/.test(line));
  if (index < 0) return null;
  const inline = cleanValue((lines[index] ?? '').replace(/^license\s*:/, ''));
  if (inline !== '') return inline;
  const listed: string[] = [];
  for (const line of lines.slice(index + 1)) {
    const item = /^\s*-\s+(.*)$/.exec(line)?.[1];
    if (item === undefined) break;
    listed.push(cleanValue(item));
  }
  return listed.length > 0 ? listed.join(', ') : null;
}

function cleanValue(value: string): string {
  return value
    .replace(/\s#.*$/, '')
    .trim()
    .replace(/^\[(.*)\]$/, '$1')
    .replaceAll(/["']/g, '')
    .toLowerCase();
}
