/** A model version: a trained network on disk, what it can say, and where it comes from. */

export type ModelVersion = {
  id: string;
  /** From 1, in the order of their making. */
  number: number;
  architecture: string;
  /** Name of the configuration it was trained with: tiny, small, base. */
  size: string;
  parameterCount: number;
  /** Tokens of a page it reads. */
  maxTokens: number;
  /** Of the weights: those of a base model pass theirs on. */
  licence: string;
  baseModelId: string | null;
  createdAt: Date;
};

/** The alias of the version that classifies. */
export const servingAlias = 'serving';

/** What the models feature announces. */
export type ModelFact = { name: 'servingModelChanged'; modelVersionId: string };
