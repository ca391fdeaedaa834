/** A document, its pages and what happens to them, as types and pure rules. */

export const documentStatuses = [
  'QUEUED',
  'RENDERING',
  'READING',
  'CLASSIFYING',
  'READY',
  'FAILED',
  'SPLIT',
  'WITHDRAWN',
] as const;

/**
 * Where a document is on its way in: each stage has a job, and READY or FAILED ends it. For one that is SPLIT its parts
 * stand, and one that is WITHDRAWN was a part of a split that was taken back: nobody lists, decides or learns from these two.
 */
export type DocumentStatus = (typeof documentStatuses)[number];

/** Statuses of documents for which others stand. */
export const hiddenStatuses = ['SPLIT', 'WITHDRAWN'] as const satisfies readonly DocumentStatus[];

/** The stages whose failure can be told and tried again. */
export type Stage = 'RENDERING' | 'READING' | 'CLASSIFYING';

/** Whose word the label of a document is. */
export type LabelSource = 'HUMAN' | 'MODEL';

export type Failure = { code: string; message: string; stage: Stage; retryable: boolean };

export type Document = {
  id: string;
  filename: string;
  mediaType: string;
  byteSize: number;
  sha256: string;
  status: DocumentStatus;
  failure: Failure | null;
  pageCount: number | null;
  /** Of a part: the page of the original that is its first, from 1. */
  splitFirstPage: number | null;
  /** Where its pages begin in its file, while that is the original's whole one; null where the file is its own. */
  fileFirstPage: number | null;
  labelId: string | null;
  labelSource: LabelSource | null;
  needsReview: boolean;
  createdAt: Date;
};

export type Page = {
  id: string;
  documentId: string;
  /** From 1. */
  number: number;
  /** Of the page image, in pixels. */
  width: number;
  height: number;
  dpi: number | null;
  imageSha256: string;
  imageMediaType: string;
  thumbnailSha256: string;
  /** What is wrong with a page that could be read in part or not at all; null when nothing is. */
  fault: string | null;
};

/** What the documents feature announces, each in the transaction that makes it true. */
export type DocumentFact =
  | { name: 'documentUploaded'; documentId: string }
  | { name: 'pagesRendered'; documentId: string; pageIds: readonly string[] }
  | { name: 'documentRetried'; documentId: string; stage: Stage; pageIds: readonly string[] }
  | { name: 'documentSplit'; documentId: string; partIds: readonly string[] }
  | { name: 'splitUndone'; documentId: string };

// Longer names are made by mistake; file systems end at 255 bytes.
const maxFilenameCharacters = 255;

/**
 * The name a document is kept under: the last part of whatever path a client sent, without control characters
 * (line breaks, terminal escapes, direction overrides), `document` where nothing is left.
 */
export function cleanFilename(sent: string): string {
  const lastPart = sent.split(/[/\\]/).at(-1) ?? '';
  const printable = lastPart
    .replace(/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/gu, '')
    .normalize('NFC')
    .trim();
  const cut = [...printable].slice(0, maxFilenameCharacters).join('');
  return cut === '' || cut === '.' || cut === '..' ? 'document' : cut;
}
