/** The kinds of classifiers that a model version can be. How each is loaded and asked is known to classification/architectures. */

const architectureNames = ['LayoutLMv2', 'TF-IDF', 'HOG', 'average'] as const;
export type ArchitectureName = (typeof architectureNames)[number];

/** What a classifier looks at. */
export const pageContents = ['WORDS', 'BOXES', 'IMAGE'] as const;
export type PageContent = (typeof pageContents)[number];

const readsAll: readonly PageContent[] = pageContents;

/** What each reads of a page; an average reads what its members do. */
export const contentsRead: Readonly<Record<ArchitectureName, readonly PageContent[]>> = {
  LayoutLMv2: readsAll,
  'TF-IDF': ['WORDS'],
  HOG: ['IMAGE'],
  average: readsAll,
};

/** Whether a run can go on from what a version has learnt. */
export function hasNetwork({ architecture }: { architecture: string }): boolean {
  const name = architectureNameOf(architecture);
  return name === 'LayoutLMv2' || name === 'average';
}

/** @throws Error for a version that a newer program has written. */
export function architectureNameOf(name: string): ArchitectureName {
  const known = architectureNames.find((own) => own === name);
  if (known === undefined)
    throw new Error(`The architecture ${JSON.stringify(name)} is none of ${architectureNames.join(', ')}.`);
  return known;
}
