/** The job that reads the words of a page, and after the last page of a document says so. */
import { changeStatus, type FailDocument, holdStatus } from '../documents/change-status.js';
import { type FindPageSource, indexPageText } from '../documents/document-access.js';
import type { DatabaseConnection, Transaction } from '../platform/database/database.js';
import { type JobHandler, jobDone, jobSkipped } from '../platform/jobs/job.js';
import { createId } from '../shared/ids.js';
import { readPageJob } from './ocr.jobs.js';
import { turnWords } from './page-orientation.js';
import { countUnreadPages, insertPageWords, listNewestWords } from './page-words.repository.js';
import type { ReadPageWords } from './read-page-words.js';
import { packWords, pageText, unpackWords } from './word.js';

/** What the ocr feature announces. */
export type OcrFact = { name: 'wordsRead'; documentId: string };

export function createReadPage(dependencies: {
  connection: DatabaseConnection;
  findPageSource: FindPageSource;
  readPageWords: ReadPageWords;
  failDocument: FailDocument;
  announce: (tx: Transaction, fact: OcrFact) => Promise<void>;
}): JobHandler<{ documentId: string; pageId: string }> {
  const { connection, findPageSource, readPageWords, failDocument, announce } = dependencies;

  const finishDocumentIfRead = async (tx: Transaction, documentId: string) => {
    if ((await holdStatus(tx, documentId)) !== 'READING') return;
    if ((await countUnreadPages(tx, documentId)) > 0) return;
    await changeStatus(tx, documentId, 'CLASSIFYING');
    await announce(tx, { name: 'wordsRead', documentId });
  };

  return {
    definition: readPageJob,
    async run({ documentId, pageId }) {
      const [known] = await listNewestWords(connection.database, [pageId]);
      if (known) {
        await connection.transaction((tx) => finishDocumentIfRead(tx, documentId));
        return jobSkipped('the page has been read');
      }
      const source = await findPageSource(pageId);
      if (source === null) return jobSkipped('the page is gone');
      const { page, image, textLayer } = source;
      const {
        words,
        ocrVersion,
        source: wordSource,
        reason,
        uprightTurn,
        skewDegrees,
      } = await readPageWords({
        image,
        textLayer: textLayer && {
          words: unpackWords({ ...textLayer, confidences: null }),
          unmappedShare: textLayer.unmappedShare,
        },
        dpi: page.dpi,
      });
      await connection.transaction(async (tx) => {
        // First of all, so that of two last pages one sees the other's words.
        if ((await holdStatus(tx, documentId)) === null) return;
        await insertPageWords(tx, createId(), {
          pageId,
          source: wordSource,
          ocrVersion,
          reason: reason ?? null,
          uprightTurn,
          skewDegrees,
          ...packWords(words),
        });
        await indexPageText(tx, pageId, pageText(turnWords(words, uprightTurn)));
        await finishDocumentIfRead(tx, documentId);
      });
      return jobDone;
    },
    giveUp: ({ documentId }, error) => failDocument(documentId, 'READING', error),
  };
}
