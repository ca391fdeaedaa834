/**
 * The README.md in the folder of a model version, in the form that model hubs read: whoever takes the folder elsewhere takes
 * its licence along, and importing it finds the licence again.
 */

/** A card that states licence, descent and what the model can say. */
export function describeModelCard(version: {
  licence: string;
  labels: readonly string[];
  /** Number of the version it was fine-tuned from; null from scratch. */
  baseNumber: number | null;
}): string {
  const { licence, labels, baseNumber } = version;
  const descent =
    baseNumber === null
      ? 'Trained from scratch.'
      : `Fine-tuned from model version ${baseNumber} of the same installation, whose licence it inherits.`;
  return [
    '---',
    `license: ${licence}`,
    'library_name: transformers',
    'pipeline_tag: text-classification',
    '---',
    '',
    'A LayoutLMv2 document classifier made by Classeur.',
    descent,
    '',
    ...labels.map((name) => `- ${name}`),
    '',
  ].join('\n');
}
