/** A label: what a document can be called. */
import { createAppError } from '../shared/errors.js';

export type Label = {
  id: string;
  name: string;
  description: string | null;
  retiredAt: Date | null;
  createdAt: Date;
};

// A name is shown in lists and stands in a model's config.json: a sentence is a description.
const maxNameCharacters = 100;

/** @throws AppError INVALID_LABEL_NAME for an empty or too long name. */
export function cleanLabelName(sent: string): string {
  const name = sent
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cs}\s]+/gu, ' ')
    .trim();
  const length = [...name].length;
  if (length === 0 || length > maxNameCharacters) {
    throw createAppError({
      code: 'INVALID_LABEL_NAME',
      message: `A label's name has 1 to ${maxNameCharacters} characters; this one has ${length}`,
    });
  }
  return name;
}
