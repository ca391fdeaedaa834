/** The job that turns a file into pages: images, thumbnails, and the words a PDF carries. */
import type { BlobStorage } from '../platform/blob-storage.js';
import type { DatabaseConnection, Transaction } from '../platform/database/database.js';
import { type JobHandler, jobDone, jobSkipped } from '../platform/jobs/job.js';
import { createId } from '../shared/ids.js';
import { announceDocumentUpdated, changeStatus, type FailDocument } from './change-status.js';
import { renderDocumentJob } from './document.jobs.js';
import type { DocumentFact } from './document.js';
import {
  findDocument,
  lockDocument,
  type NewPage,
  replacePages,
  updateStatus,
} from './document.repository.js';
import type { DocumentMediaType } from './rendering/media-type.js';
import type { PageRenderer, RenderedPage } from './rendering/page-renderer.js';

export function createRenderDocument(dependencies: {
  connection: DatabaseConnection;
  blobs: BlobStorage;
  renderer: PageRenderer;
  failDocument: FailDocument;
  announce: (tx: Transaction, fact: DocumentFact) => Promise<void>;
}): JobHandler<{ documentId: string }> {
  const { connection, blobs, renderer, failDocument, announce } = dependencies;

  const keepPage = async (documentId: string, page: RenderedPage): Promise<NewPage> => {
    const keep = async (bytes: Uint8Array) => {
      const { sha256 } = await blobs.write(chunksOf(bytes), { maxBytes: Number.MAX_SAFE_INTEGER });
      return sha256;
    };
    const { number, width, height, dpi, imageMediaType, perceptualHash, textLayer, fault } = page;
    return {
      id: createId(),
      documentId,
      number,
      width,
      height,
      dpi,
      imageMediaType,
      imageSha256: await keep(page.image),
      thumbnailSha256: await keep(page.thumbnail),
      perceptualHash,
      fault,
      textLayer: textLayer && {
        texts: textLayer.words.map((word) => word.text),
        boxes: textLayer.words.flatMap((word) => [...word.box]),
        unmappedShare: textLayer.unmappedShare,
      },
    };
  };

  return {
    definition: renderDocumentJob,
    async run({ documentId }, { signal }) {
      const document = await findDocument(connection.database, documentId);
      if (document === null) return jobSkipped('the document is gone');
      if (document.status !== 'QUEUED' && document.status !== 'RENDERING') {
        return jobSkipped(`the document is ${document.status}`);
      }
      await connection.transaction((tx) => changeStatus(tx, documentId, 'RENDERING'));
      const pages = await blobs.withLocalFile(document.sha256, async (path) => {
        const kept: NewPage[] = [];
        for await (const page of renderer.renderPages(path, document.mediaType as DocumentMediaType)) {
          signal.throwIfAborted();
          kept.push(await keepPage(documentId, page));
        }
        return kept;
      });
      await connection.transaction(async (tx) => {
        if ((await lockDocument(tx, documentId))?.status !== 'RENDERING') return;
        await replacePages(tx, documentId, pages);
        await updateStatus(tx, documentId, { status: 'READING', failure: null, pageCount: pages.length });
        await announceDocumentUpdated(tx, documentId);
        await announce(tx, { name: 'pagesRendered', documentId, pageIds: pages.map(({ id }) => id) });
      });
      return jobDone;
    },
    giveUp: ({ documentId }, error) => failDocument(documentId, 'RENDERING', error),
  };
}

async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
