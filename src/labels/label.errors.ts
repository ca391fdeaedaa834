/** The errors of labels. */
import { createAppError } from '../shared/errors.js';

export const createLabelNotFoundError = (id: string) =>
  createAppError({ code: 'LABEL_NOT_FOUND', message: `There is no label ${JSON.stringify(id)}.` });

export const createLabelExistsError = (name: string, { isRetired }: { isRetired: boolean }) =>
  createAppError({
    code: 'LABEL_EXISTS',
    message: isRetired
      ? `There is a retired label ${JSON.stringify(name)}. Restore it, or choose another name.`
      : `There is a label ${JSON.stringify(name)} already.`,
  });

export const createLabelRetiredError = (name: string, mergedIntoName: string | null) =>
  createAppError({
    code: 'LABEL_RETIRED',
    message:
      mergedIntoName === null
        ? `The label ${JSON.stringify(name)} is retired and takes no more documents. Choose another.`
        : `The label ${JSON.stringify(name)} has been merged into ${JSON.stringify(mergedIntoName)}. Use that.`,
  });

export const createLabelMergedError = (name: string) =>
  createAppError({
    code: 'LABEL_MERGED',
    message: `The label ${JSON.stringify(name)} has been merged into another, which has its documents. Make a new label instead.`,
  });

export const createInvalidMergeError = (name: string) =>
  createAppError({
    code: 'INVALID_MERGE',
    message: `The label ${JSON.stringify(name)} cannot be merged into itself. Choose another target.`,
  });

export const createInvalidThresholdError = (threshold: number) =>
  createAppError({
    code: 'INVALID_THRESHOLD',
    message: `A threshold is a confidence from 0 to 1, not ${threshold}. Give null for LABEL_THRESHOLD.`,
  });
