/** The errors of reading files as documents. Each says what was found, which limit it met and what to do. */
import { createAppError } from '../shared/errors.js';

/** `found` is a phrase such as "a ZIP archive"; `accepted` lists what would have been taken. */
export const createUnsupportedMediaTypeError = (found: string, accepted: string) =>
  createAppError({
    code: 'UNSUPPORTED_MEDIA_TYPE',
    message: `The file seems to be ${found}, which is not accepted. Accepted are ${accepted}, told by their content.`,
  });

export const createEncryptedPdfError = () =>
  createAppError({
    code: 'ENCRYPTED_PDF',
    message: 'The PDF needs a password to open. Upload a copy saved without a password.',
  });

export const createUnsupportedEncryptionError = () =>
  createAppError({
    code: 'ENCRYPTED_PDF',
    message:
      'The PDF is protected by a scheme that is not the standard PDF password, so it cannot be read. ' +
      'Upload an unprotected copy.',
  });

/** The code of what a file is refused with when neither it nor one of its pages can be read. */
export const UNREADABLE_FILE = 'UNREADABLE_FILE';

/** `fault` is a whole sentence that says what is wrong. */
export const createUnreadableFileError = (fault: string, cause?: unknown) =>
  createAppError({
    code: UNREADABLE_FILE,
    message: `${fault} Open it in another program and save or scan it again.`,
    cause,
  });

export const createNoPagesError = () =>
  createAppError({
    code: 'NO_PAGES',
    message: 'The file can be opened but has no pages. Check that the right file was uploaded.',
  });

export const createTooManyPagesError = (limit: number, found: number) =>
  createAppError({
    code: 'TOO_MANY_PAGES',
    message: `The file has ${found} pages and the limit is ${limit}. Split it, or raise the limit.`,
  });

export const createTooManyPixelsError = (options: {
  pageNumber: number;
  limit: number;
  width: number;
  height: number;
}) =>
  createAppError({
    code: 'TOO_MANY_PIXELS',
    message:
      `Page ${options.pageNumber} has ${options.width} x ${options.height} = ${options.width * options.height} pixels ` +
      `and the limit is ${options.limit}. Scan it at a lower resolution, or raise the limit.`,
  });

/** `task` says what took too long, as in "reading page 3". */
export const createReadingTimeoutError = (task: string, limitMs: number) =>
  createAppError({
    code: 'READING_TIMEOUT',
    message:
      `The file was given up: ${task} took longer than the limit of ${limitMs} ms. ` +
      'Save it in a simpler form (for a PDF, print it to a new PDF), or raise the limit.',
  });

/** `task` says what was under way, as in "reading page 3"; `cause` holds what the reading process said. */
export const createReaderCrashedError = (task: string, cause: unknown) =>
  createAppError({
    code: UNREADABLE_FILE,
    message:
      `The file is damaged in a way that stopped its reader while ${task}, or needs more memory than allowed. ` +
      'Open it in another program and save or scan it again.',
    cause,
  });

export const createDocumentNotFoundError = (id: string) =>
  createAppError({ code: 'DOCUMENT_NOT_FOUND', message: `There is no document ${JSON.stringify(id)}.` });

export const createPageNotFoundError = (id: string) =>
  createAppError({ code: 'PAGE_NOT_FOUND', message: `There is no page ${JSON.stringify(id)}.` });

export const createEmptyFileError = () =>
  createAppError({
    code: 'EMPTY_FILE',
    message: 'The file is empty (0 bytes). Check that it was saved or sent completely.',
  });

export const createTooManyFilesError = (limit: number, found: number) =>
  createAppError({
    code: 'TOO_MANY_FILES',
    message: `The upload has ${found} files and the limit is ${limit}. Send them in several uploads, or raise the limit.`,
  });

export const createNothingToRetryError = (status: string) =>
  createAppError({
    code: 'NOTHING_TO_RETRY',
    message: `Only a document that failed can be tried again; this one is ${status}.`,
  });

export const createDocumentSplitError = () =>
  createAppError({
    code: 'DOCUMENT_SPLIT',
    message:
      'The document has been split, and its parts stand for it: look at them, or take the split back with unsplitDocument.',
  });

export const createDocumentWithdrawnError = () =>
  createAppError({
    code: 'DOCUMENT_WITHDRAWN',
    message:
      'The document was a part of a split that has been taken back: look at the one it was split from.',
  });

export const createDocumentNotReadyError = (status: string) =>
  createAppError({
    code: 'DOCUMENT_NOT_READY',
    message: `The document is ${status}: only one that is READY, with all its pages read, can be split.`,
  });

/** `fault` is a sentence without its full stop. */
export const createInvalidSplitError = (fault: string) =>
  createAppError({
    code: 'INVALID_SPLIT',
    message: `${fault}. Give each page to just one part, by its first and last page.`,
  });

export const createNotSplitError = (status: string) =>
  createAppError({
    code: 'NOT_SPLIT',
    message: `Only the split of a document that is SPLIT can be taken back; this one is ${status}.`,
  });

/** `pages` as in "pages 3-5"; `change` says what has become of that part. */
export const createPartChangedError = (pages: string, change: string) =>
  createAppError({
    code: 'PART_CHANGED',
    message: `The split cannot be taken back: the part of ${pages} ${change} since. Take that back first.`,
  });

/** Internal: the program is shutting down; the file can be read when it runs again. */
export const createRendererClosedError = () =>
  createAppError({
    code: 'RENDERER_CLOSED',
    message: 'Rendering was stopped because the program is shutting down.',
    isPublic: false,
    retryable: true,
  });

/** Internal: no process could be started to read files in, as when the machine is out of memory. */
export const createRendererUnavailableError = (cause: unknown) =>
  createAppError({
    code: 'RENDERER_UNAVAILABLE',
    message: 'The process that reads files could not be started.',
    isPublic: false,
    retryable: true,
    cause,
  });
