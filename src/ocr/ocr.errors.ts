/**
 * What can go wrong while a page is read. A page that cannot be read now but perhaps by a fresh worker is retryable;
 * a wrong setting is not.
 */

import { type AppError, createAppError } from '../shared/errors.js';

export const createInvalidLanguageError = (language: string): AppError =>
  createAppError({
    code: 'OCR_LANGUAGE_INVALID',
    message: `"${language}" is not a Tesseract language code: use codes such as eng, fra, chi_sim or deu_latf.`,
  });

export const createLanguageMissingError = (language: string): AppError =>
  createAppError({
    code: 'OCR_LANGUAGE_MISSING',
    message:
      `The language data for "${language}" is not installed: run "npm install @tesseract.js-data/${language}", ` +
      `or put ${language}.traineddata into the folder of the language data setting.`,
  });

export const createUnreadableImageError = (cause: unknown): AppError =>
  createAppError({
    code: 'OCR_IMAGE_UNREADABLE',
    message: 'The page image cannot be decoded, so its words cannot be read: render the page again.',
    cause,
  });

export const createPageTimedOutError = (timeoutMs: number): AppError =>
  createAppError({
    code: 'OCR_PAGE_TIMED_OUT',
    message:
      `Reading the words of the page took longer than the limit of ${timeoutMs} ms and was stopped: ` +
      'raise the page time limit or lower the pixel limit of the OCR settings.',
    retryable: true,
  });

export const createWorkerLostError = (why: string, cause?: unknown): AppError =>
  createAppError({
    code: 'OCR_WORKER_LOST',
    message: `The Tesseract worker stopped while it read the page (${why}); it has been replaced: try the page again.`,
    retryable: true,
    cause,
  });

export const createPoolClosedError = (): AppError =>
  createAppError({
    code: 'OCR_CLOSED',
    message: 'The OCR is shutting down: the page will be read after the next start.',
    retryable: true,
  });
