/** Takes one file in: streamed to storage while hashed, told by its content, kept once, its rendering begun. */
import type { BlobStorage } from '../platform/blob-storage.js';
import type { DatabaseConnection, Transaction } from '../platform/database/database.js';
import { createId } from '../shared/ids.js';
import { createEmptyFileError } from './document.errors.js';
import { cleanFilename, type Document, type DocumentFact } from './document.js';
import { findDocumentByHash, insertDocument } from './document.repository.js';
import { getMediaType, MEDIA_TYPE_HEAD_BYTES } from './rendering/media-type.js';

export type UploadDocument = (
  file: { filename: string; stream: AsyncIterable<Uint8Array> },
  /** Runs in the transaction that makes the document, or with the one that was there already. */
  afterwards?: (tx: Transaction, document: Document) => Promise<void>,
) => Promise<{ document: Document; isDuplicate: boolean }>;

/**
 * @returns a function that keeps a file as a document; bytes that are here already answer the document they belong to.
 * It throws public AppErrors: TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, EMPTY_FILE. Nothing is left behind then.
 */
export function createUploadDocument(dependencies: {
  connection: DatabaseConnection;
  blobs: BlobStorage;
  announce: (tx: Transaction, fact: DocumentFact) => Promise<void>;
  maxBytes: number;
}): UploadDocument {
  const { connection, blobs, announce, maxBytes } = dependencies;
  return async ({ filename, stream }, afterwards) => {
    const head = createHeadReader();
    const blob = await blobs.write(head.watch(stream), { maxBytes });
    let mediaType: string;
    try {
      if (blob.byteSize === 0) throw createEmptyFileError();
      mediaType = getMediaType(head.bytes());
    } catch (error) {
      // Refused bytes may be those of a document that was accepted under earlier rules: those stay.
      if (!blob.existed) await blobs.remove(blob.sha256);
      throw error;
    }
    return await connection.transaction(async (tx) => {
      const { sha256, byteSize } = blob;
      const inserted = await insertDocument(tx, {
        id: createId(),
        filename: cleanFilename(filename),
        mediaType,
        byteSize,
        sha256,
      });
      const document = inserted ?? (await findDocumentByHash(tx, sha256));
      if (document === null) throw new Error(`document ${sha256} is neither new nor there`);
      if (inserted) await announce(tx, { name: 'documentUploaded', documentId: document.id });
      await afterwards?.(tx, document);
      return { document, isDuplicate: inserted === null };
    });
  };
}

/** Passes a stream on and keeps its first bytes, by which its type is told. */
function createHeadReader() {
  const head: Uint8Array[] = [];
  let length = 0;
  return {
    async *watch(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      for await (const chunk of stream) {
        if (length < MEDIA_TYPE_HEAD_BYTES) {
          const part = chunk.subarray(0, MEDIA_TYPE_HEAD_BYTES - length);
          head.push(part);
          length += part.length;
        }
        yield chunk;
      }
    },
    bytes: () => Buffer.concat(head),
  };
}
