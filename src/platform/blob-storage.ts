/**
 * The interface of content-addressed blob storage: bytes go in and come back under their own SHA-256, so the
 * same bytes are kept once. It knows no documents: who still needs a blob is the caller's business, and so is
 * not removing one that is being written again at the same moment.
 */
import type { Readable } from 'node:stream';
import { createAppError } from '../shared/errors.js';

/** What is known about a blob that has been written. */
export type WrittenBlob = {
  /** Lower-case hexadecimal SHA-256 of the bytes; the blob's only name. */
  sha256: string;
  byteSize: number;
  /** Whether these bytes were stored already, so that nothing new was kept. */
  existed: boolean;
};

/** A part of a blob in bytes, both ends included as in HTTP; without `end` to the end of the blob. */
type ByteRange = { start: number; end?: number };

export type BlobStorage = {
  /**
   * Stores a stream while hashing it; memory use does not depend on its size.
   * Nothing is left behind when the stream fails or holds more than `maxBytes`. A blob that existed counts as written anew.
   * @throws public TOO_LARGE; or the stream's own error.
   */
  write(stream: AsyncIterable<Uint8Array>, options: { maxBytes: number }): Promise<WrittenBlob>;
  /**
   * Opens a blob, or a part of it, for reading; a range reaching past the end is cut at the end.
   * @throws internal BLOB_NOT_FOUND.
   */
  openRead(sha256: string, range?: ByteRange): Promise<Readable>;
  /** The size of a blob, or null when there is none. */
  findSize(sha256: string): Promise<number | null>;
  /**
   * Runs `use` with the path of a local file that holds the blob, for readers that need a file. The path is
   * valid until `use` settles and must not be written to.
   * @throws internal BLOB_NOT_FOUND; or what `use` throws.
   */
  withLocalFile<Result>(sha256: string, use: (path: string) => Promise<Result>): Promise<Result>;
  /** Removes a blob. Answers whether there was one. */
  remove(sha256: string): Promise<boolean>;
  /** The blobs that were last written longer ago than `olderThanMs`, in no order. */
  listStale(olderThanMs: number): AsyncIterable<string>;
  /** Removes a blob unless it has been written anew since then, be it at this moment. Answers whether it did. */
  removeStale(sha256: string, olderThanMs: number): Promise<boolean>;
  /** Removes what interrupted writes left longer ago than `olderThanMs`. Answers how many. */
  removeStaleTemporaryFiles(olderThanMs: number): Promise<number>;
};

/** Public: a stream held more bytes than allowed. It was not read to its end, so the size found is a least. */
export const createTooLargeError = (limitBytes: number, foundBytes: number) =>
  createAppError({
    code: 'TOO_LARGE',
    message:
      `The file is larger than the limit of ${limitBytes} bytes: it has at least ${foundBytes} bytes. ` +
      'Split or compress it, or raise the limit.',
  });

/** Internal: a row names a blob that the storage does not hold. */
export const createBlobNotFoundError = (sha256: string) =>
  createAppError({
    code: 'BLOB_NOT_FOUND',
    message: `No blob ${sha256} is stored.`,
    isPublic: false,
  });
