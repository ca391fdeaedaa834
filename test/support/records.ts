/** Rows for tests that begin in the middle of a document's life. Each call makes something new and different. */
import type { DocumentStatus } from '../../src/documents/document.js';
import { requireReady } from '../../src/models/get-model-version.js';
import type { ReadyModelVersion } from '../../src/models/model-version.js';
import { createId } from '../../src/shared/ids.js';
import type { TestDatabase } from './database.js';

export type RecordMaker = ReturnType<typeof createRecordMaker>;

/** Binds the makers to a database. */
export function createRecordMaker({ connection: { database } }: TestDatabase) {
  let count = 0;
  const next = () => {
    count += 1;
    return count;
  };

  const makeLabel = async (name: string, options: { retiredAt?: Date } = {}) => {
    const label = await database.label.create({ data: { id: createId(), name, ...options } });
    return label.id;
  };

  /** A document, by default ready, with pages that say the given texts: null for one that has not been read. */
  const makeDocument = async (
    options: {
      /** Where what follows from it, such as its split, must be the same each time. */
      id?: string;
      status?: DocumentStatus;
      filename?: string;
      texts?: readonly (string | null)[];
      createdAt?: Date;
      reviewDraw?: number;
    } = {},
  ) => {
    const { id = createId(), status = 'READY', texts = ['some words'], ...rest } = options;
    const number = next();
    const data = { id, filename: `${number}.pdf`, mediaType: 'application/pdf', byteSize: number, status };
    const sha256 = number.toString(16).padStart(64, '0');
    await database.document.create({ data: { ...data, sha256, pageCount: texts.length, ...rest } });
    const pageIds: string[] = [];
    for (const [index, text] of texts.entries()) pageIds.push(await makePage(id, index + 1, text));
    return { id, pageIds };
  };

  const makePage = async (documentId: string, number: number, text: string | null) => {
    const id = createId();
    const blobs = {
      imageSha256: 'f'.repeat(64),
      imageMediaType: 'image/png',
      thumbnailSha256: 'f'.repeat(64),
    };
    await database.page.create({
      data: { id, documentId, number, width: 100, height: 140, perceptualHash: '0', text, ...blobs },
    });
    if (text !== null) await makeWords(id, text);
    return id;
  };

  const makeWords = async (pageId: string, text: string, ocrVersion = 'test/1') => {
    const texts = text.split(' ').filter((word) => word !== '');
    const boxes = texts.flatMap((_, index) => [index * 10, 10, index * 10 + 8, 20]);
    await database.pageWords.create({
      data: { id: createId(), pageId, ocrVersion, source: 'text-layer', texts, boxes, confidences: [] },
    });
  };

  /** A model version that can say these labels; it has no folder. */
  const makeModelVersion = async (labelIds: readonly string[] = []): Promise<ReadyModelVersion> => {
    const version = await database.modelVersion.create({
      data: {
        id: createId(),
        architecture: 'LayoutLMv2',
        size: 'tiny',
        parameterCount: 1,
        maxTokens: 128,
        licence: 'own',
        labels: { create: labelIds.map((labelId, index) => ({ index, labelId })) },
      },
    });
    return requireReady(version);
  };

  /** What a model says of a document as a whole. */
  const makePrediction = async (options: {
    documentId: string;
    modelVersionId: string;
    labelId: string;
    confidence: number;
    entropy?: number;
    margin?: number;
    scores?: number[];
    embedding?: Uint8Array<ArrayBuffer>;
  }) => {
    const figures = {
      entropy: 1,
      margin: 0.5,
      scores: [options.confidence],
      durationMs: 1,
      truncatedTokens: 0,
    };
    const where = { engine: 'cpu', device: 'test' };
    const prediction = await database.prediction.create({
      data: { id: createId(), ...figures, ...where, ...options },
    });
    return prediction.id;
  };

  return { makeLabel, makeDocument, makeWords, makeModelVersion, makePrediction };
}
