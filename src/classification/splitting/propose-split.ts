/** Proposes where new documents begin in a document of several pages. Nothing is changed: a person confirms with splitDocument. */
import { createDocumentNotFoundError, createDocumentNotReadyError } from '../../documents/document.errors.js';
import type { Document, Page } from '../../documents/document.js';
import {
  findDocumentWithPages,
  listPerceptualHashes,
  requireStanding,
} from '../../documents/document-access.js';
import { isTelling } from '../../documents/near-duplicate.js';
import { getLabelSet, getLabels } from '../../labels/get-label.js';
import { currentLabelId } from '../../labels/label.js';
import { listLabelIdsOfModels } from '../../models/get-model-version.js';
import { findServingModel } from '../../models/promote-model.js';
import { turnWords } from '../../ocr/page-orientation.js';
import { listWordsOfPages, type WordsOfPage } from '../../ocr/words-of-pages.js';
import type { Database, DatabaseConnection } from '../../platform/database/database.js';
import { isId } from '../../shared/ids.js';
import { findPagePredictions } from '../classification.repository.js';
import { maskScores } from '../label-scores.js';
import { findCues, type PageLook } from './boundary-cues.js';
import { proposeSegments } from './split-proposal.js';

export type SplitProposal = {
  document: Document;
  /** Whose scores of the pages were at hand; null: the print of the pages alone speaks. */
  modelVersionId: string | null;
  segments: {
    firstPage: number;
    lastPage: number;
    labelId: string | null;
    labelConfidence: number | null;
    confidence: number;
    reason: string;
  }[];
};

export type ProposeSplit = (documentId: string) => Promise<SplitProposal>;

/** @returns a function that throws DOCUMENT_NOT_FOUND, DOCUMENT_SPLIT, DOCUMENT_WITHDRAWN or DOCUMENT_NOT_READY. */
export function createProposeSplit({ connection }: { connection: DatabaseConnection }): ProposeSplit {
  const { database } = connection;
  return async (documentId) => {
    const found = isId(documentId) ? await findDocumentWithPages(database, documentId) : null;
    if (found === null) throw createDocumentNotFoundError(documentId);
    const { document, pages } = found;
    if (requireStanding(document).status !== 'READY') throw createDocumentNotReadyError(document.status);
    const looks = await listLooks(database, pages);
    const scores = await listScores(database, pages);
    const names = await listNames(database, scores.rowIds);
    const segments = proposeSegments({
      scores: scores.byPage.map((page, index) => (looks[index]?.words.length === 0 ? null : page)),
      cues: findCues(looks),
      nameOf: (row) => names[row] ?? '',
    });
    return {
      document,
      modelVersionId: scores.modelVersionId,
      segments: segments.map(({ labelRow, ...segment }) => ({
        ...segment,
        labelId: labelRow === null ? null : (scores.rowIds[labelRow] ?? null),
      })),
    };
  };
}

async function listLooks(database: Database, pages: readonly Page[]): Promise<PageLook[]> {
  const ids = pages.map(({ id }) => id);
  const readings = await listWordsOfPages(database, ids);
  const hashes = await listPerceptualHashes(database, ids);
  return pages.map((page, index) => lookOf(page, readings[index] ?? null, hashes[index] ?? ''));
}

function lookOf(page: Page, reading: WordsOfPage | null, perceptualHash: string): PageLook {
  const turn = reading?.uprightTurn ?? 0;
  const words = reading ? turnWords(reading.words, turn) : [];
  const scale = page.dpi ?? 1;
  const [width, height] = turn === 90 || turn === 270 ? [page.height, page.width] : [page.width, page.height];
  return {
    words,
    isBlank: words.length === 0 && !isTelling(perceptualHash),
    width: width / scale,
    height: height / scale,
    isInInches: page.dpi !== null,
  };
}

/** What the serving model says of each page, as the label set reads it now; each row stands for a label. */
async function listScores(database: Database, pages: readonly Page[]) {
  const serving = await findServingModel(database);
  const none = { modelVersionId: null, rowIds: [] as string[], byPage: pages.map(() => null) };
  if (serving === null) return none;
  const predictions = await findPagePredictions(
    database,
    pages.map(({ id }) => id),
    serving.id,
  );
  if (predictions.every((prediction) => prediction === null)) return none;
  const [labelIds = []] = await listLabelIdsOfModels(database, [serving.id]);
  const labels = await getLabelSet(database);
  return {
    modelVersionId: serving.id,
    rowIds: labelIds.map((id) => currentLabelId(labels, id)),
    byPage: predictions.map((prediction) => prediction && maskScores(prediction.scores, labelIds, labels)),
  };
}

async function listNames(database: Database, labelIds: readonly string[]): Promise<string[]> {
  return (await getLabels(database, labelIds)).map(({ name }) => name);
}
