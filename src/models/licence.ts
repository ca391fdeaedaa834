/** The licences of weights: what may not be used commercially, and the refusal of it where the installation asks for that. */
import { createLicenceRefusedError } from './model.errors.js';

/** Of weights made from scratch: they belong to whoever made the documents. */
export const ownLicence = 'own';
/** Where neither the model card nor the configuration states one. */
export const unknownLicence = 'unknown';

/** Throws LICENCE_REFUSED; `what` is the model in words, at the start of a sentence. */
export type RequireLicence = (licence: string, what: string) => void;

// Names that hubs give to licences, a word of which rules commercial use out; and those that say nothing, of which nobody
// can know that they allow it.
const refusedWords = /(^|[^a-z])(nc|non-?commercial|research|amlr|other|unknown)([^a-z]|$)/;

/** Whether weights under a licence count as refused for commercial use; of several (joined by commas) each must allow it. */
export function isNoncommercial(licence: string): boolean {
  return licence.split(',').some((part) => refusedWords.test(part.trim().toLowerCase()));
}

/** @returns a function that throws LICENCE_REFUSED for a non-commercial or unknown licence, unless those are allowed. */
export function createRequireLicence(options: { allowNoncommercial: boolean }): RequireLicence {
  return (licence, what) => {
    if (!options.allowNoncommercial && isNoncommercial(licence))
      throw createLicenceRefusedError(what, licence);
  };
}
