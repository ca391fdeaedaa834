/** The errors of labels. */
import { createAppError } from '../shared/errors.js';

export const createLabelNotFoundError = (id: string) =>
  createAppError({ code: 'LABEL_NOT_FOUND', message: `There is no label ${JSON.stringify(id)}.` });

export const createLabelExistsError = (name: string) =>
  createAppError({ code: 'LABEL_EXISTS', message: `There is a label ${JSON.stringify(name)} already.` });

export const createLabelRetiredError = (name: string) =>
  createAppError({
    code: 'LABEL_RETIRED',
    message: `The label ${JSON.stringify(name)} is retired and takes no more documents. Choose another.`,
  });
