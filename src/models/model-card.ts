/**
 * The README.md in the folder of a model version, in the form that model hubs read: whoever takes the folder elsewhere takes
 * its licence along, and importing it finds the licence again.
 */
import type { ArchitectureName } from './architecture.js';
import type { ModelMember } from './model-version.js';

const descriptions: Readonly<Record<ArchitectureName, string>> = {
  LayoutLMv2:
    'A LayoutLMv2 document classifier made by Classeur: it reads words, their boxes and the image of a page.',
  'TF-IDF':
    'A text classifier made by Classeur: TF-IDF of words, of pairs of words and of groups of letters, with logistic regression. It reads nothing but words.',
  HOG: 'A classifier of looks made by Classeur: histograms of oriented gradients, random Fourier features and logistic regression. It sees nothing but the image of a page.',
  average:
    'An average of document classifiers made by Classeur: the probabilities of its members, each to the power of its weight, are multiplied. Each member lies whole in a folder of its own.',
};

/** A card that states licence, descent, what the model consists of and why, and what it can say. */
export function describeModelCard(version: {
  architecture: ArchitectureName;
  licence: string;
  labels: readonly string[];
  /** Number of the version it was fine-tuned from; null from scratch. */
  baseNumber: number | null;
  /** Of an average. */
  members: readonly ModelMember[];
  /** Why it is of this architecture; null where there is nothing to tell. */
  reason: string | null;
  /** Of a base that has learnt on without labels: on how many pages. */
  unlabelledPages?: number;
}): string {
  const { architecture, licence, labels, members, reason } = version;
  return [
    '---',
    `license: ${licence}`,
    ...(architecture === 'LayoutLMv2' ? ['library_name: transformers'] : []),
    'pipeline_tag: text-classification',
    '---',
    '',
    descriptions[architecture],
    describeDescent(version),
    ...(reason === null ? [] : ['', `What its run has chosen to serve, and why. ${reason}`]),
    ...(members.length === 0 ? [] : ['', ...members.map(describeMember)]),
    '',
    ...labels.map((name) => `- ${name}`),
    '',
  ].join('\n');
}

function describeDescent({
  baseNumber,
  unlabelledPages,
}: {
  baseNumber: number | null;
  unlabelledPages?: number;
}): string {
  if (baseNumber === null) return 'Trained from scratch.';
  const base = `model version ${baseNumber} of the same installation, whose licence it inherits`;
  return unlabelledPages === undefined
    ? `Fine-tuned from ${base}.`
    : `A pre-trained base, to be fine-tuned before it classifies: it goes on from ${base}, and has learnt on from ${unlabelledPages} pages without labels. Its classifier is that of the version before, untouched, and no longer fits.`;
}

function describeMember(member: ModelMember): string {
  const { architecture, weight, validationMacroF1, validationLoss } = member;
  const described = `- ${architecture}, weight ${weight.toFixed(3)}`;
  return validationMacroF1 === null || validationLoss === null
    ? described
    : `${described}: macro-F1 ${validationMacroF1.toFixed(3)} and loss ${validationLoss.toFixed(3)} alone on validation`;
}
