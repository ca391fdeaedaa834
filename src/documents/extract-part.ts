/**
 * The job that gives a part of a PDF a file of its own: its pages, copied out of the file it was split from. A part of a file
 * of another kind, and one whose pages cannot be copied, keeps the whole file and says where in it its pages begin.
 */
import type { BlobStorage } from '../platform/blob-storage.js';
import type { DatabaseConnection } from '../platform/database/database.js';
import { type JobHandler, jobDone, jobSkipped } from '../platform/jobs/job.js';
import type { Log } from '../platform/log.js';
import { messageOf } from '../shared/errors.js';
import { announceDocumentUpdated } from './change-status.js';
import { extractPartJob } from './document.jobs.js';
import { findDocument } from './document.repository.js';
import { giveOwnFile } from './document-split.repository.js';
import type { PageRenderer } from './rendering/page-renderer.js';

export function createExtractPart(dependencies: {
  connection: DatabaseConnection;
  blobs: BlobStorage;
  renderer: PageRenderer;
  log: Log;
}): JobHandler<{ documentId: string }> {
  const { connection, blobs, renderer, log } = dependencies;
  return {
    definition: extractPartJob,
    async run({ documentId }) {
      const part = await findDocument(connection.database, documentId);
      if (part === null) return jobSkipped('the document is gone');
      const { fileFirstPage, pageCount, mediaType } = part;
      if (fileFirstPage === null || pageCount === null) return jobSkipped('the file is its own');
      if (mediaType !== 'application/pdf') return jobSkipped(`parts of ${mediaType} keep the whole file`);
      const pages = { firstPage: fileFirstPage, lastPage: fileFirstPage + pageCount - 1 };
      const bytes = await blobs.withLocalFile(part.sha256, (path) => renderer.copyPdfPages(path, pages));
      const { sha256, byteSize } = await blobs.write(chunksOf(bytes), { maxBytes: bytes.length });
      await connection.transaction(async (tx) => {
        if (await giveOwnFile(tx, documentId, { sha256, byteSize })) {
          await announceDocumentUpdated(tx, documentId);
        }
      });
      return jobDone;
    },
    giveUp: async ({ documentId }, error) =>
      log.error({ documentId, error: messageOf(error) }, 'a part keeps the file it was split from'),
  };
}

async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
