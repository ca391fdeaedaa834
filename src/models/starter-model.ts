/** The starter model: the checkpoint that comes with the program, with which a new installation classifies its first upload. */

/** What `importModel` calls its folder, and so the import of a version that was made of it. */
export const starterFolderName = 'starter';

/** Who has made what a new installation begins with. */
export const starterAuthor = 'Classeur';

// Words that stay in capitals.
const acronyms = new Set(['id']);

/** The label that a class of the starter model becomes: `bank_statement` is "Bank statement", `id_document` "ID document". */
export function labelNameOfClass(className: string): string {
  const words = className.replaceAll('_', ' ').trim().split(/\s+/);
  const shown = words.map((word) => (acronyms.has(word.toLowerCase()) ? word.toUpperCase() : word)).join(' ');
  return shown.charAt(0).toUpperCase() + shown.slice(1);
}
