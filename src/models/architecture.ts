/** The kinds of classifiers that a model version can be. How each is loaded and asked is known to classification/architectures. */

export const architectureNames = ['LayoutLMv2'] as const;
export type ArchitectureName = (typeof architectureNames)[number];

/** @throws Error for a version that a newer program has written. */
export function architectureNameOf(name: string): ArchitectureName {
  const known = architectureNames.find((own) => own === name);
  if (known === undefined)
    throw new Error(`The architecture ${JSON.stringify(name)} is none of ${architectureNames.join(', ')}.`);
  return known;
}
