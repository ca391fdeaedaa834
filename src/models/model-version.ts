/** A model version: a network on disk, what it can say, and where it comes from: a training run, a hub or a folder. */

export const modelVersionStatuses = ['IMPORTING', 'READY', 'FAILED', 'CANCELLED'] as const;
export type ModelVersionStatus = (typeof modelVersionStatuses)[number];

export type ModelVersion = {
  id: string;
  /** From 1, in the order of their making. */
  number: number;
  status: ModelVersionStatus;
  /** Why its import failed; while it is IMPORTING, why the last try did. */
  failureCode: string | null;
  failureMessage: string | null;
  failureRetryable: boolean | null;
  architecture: string;
  /** Name of the configuration: tiny, small, base, large, or custom for any other. */
  size: string | null;
  parameterCount: number | null;
  /** Tokens of a page it reads; also null for one that reads all words. */
  maxTokens: number | null;
  /** Of the weights: those of a base model pass theirs on. */
  licence: string | null;
  /** Whether it can classify; false for a base model, which others are fine-tuned from. */
  hasClassifier: boolean | null;
  /** What its classifier can say that no label stands for; while there is any, it cannot serve. */
  unmappedClasses: string[];
  /** Made by learning on without labels: its classifier no longer fits, so it is there to be fine-tuned and cannot serve. */
  isPretrainedBase: boolean;
  /** What its logits are divided by before they become confidences; null where none was fitted. */
  temperature: number | null;
  /** Why it is of this architecture, in sentences: by the choice of its run, or as it came; null where there was no choice. */
  architectureReason: string | null;
  baseModelId: string | null;
  createdAt: Date;
  /** Since when its folder is given up to make room; null while it is there. */
  filesCollectedAt: Date | null;
};

/** A version that is complete: its folder is there, and all is known of it. */
export type ReadyModelVersion = ModelVersion & {
  status: 'READY';
  size: string;
  parameterCount: number;
  licence: string;
  hasClassifier: boolean;
};

/** A classifier in an average. */
export type ModelMember = {
  architecture: string;
  /** What the logarithms of its probabilities are multiplied by before they are added up. */
  weight: number;
  /** Alone, on the validation documents that were left out of the fit of the weights; null where there were too few or it was not made here. */
  validationMacroF1: number | null;
  validationLoss: number | null;
};

/** The alias of the version that classifies. */
export const servingAlias = 'serving';

/** The alias of the version that scores uploads only to be compared. */
export const shadowAlias = 'shadow';

export const promotionKinds = ['FIRST', 'MANUAL', 'AUTOMATIC', 'ROLLBACK'] as const;
export type PromotionKind = (typeof promotionKinds)[number];

/** A change of the version that serves. */
export type PromotionEvent = {
  id: string;
  kind: PromotionKind;
  modelVersionId: string;
  /** What served before; null for the first. */
  previousId: string | null;
  /** How many promotions a roll-back takes back; 0 for a promotion. */
  steps: number;
  reason: string;
  /** Null where the program did it by itself. */
  promotedBy: string | null;
  createdAt: Date;
};

/** What the models feature announces. */
export type ModelFact =
  | { name: 'servingModelChanged'; modelVersionId: string }
  | { name: 'modelImportRequested'; modelVersionId: string };

export function isReady(version: ModelVersion): version is ReadyModelVersion {
  const { status, size, parameterCount, licence, hasClassifier } = version;
  return (
    status === 'READY' &&
    size !== null &&
    parameterCount !== null &&
    licence !== null &&
    hasClassifier !== null
  );
}
