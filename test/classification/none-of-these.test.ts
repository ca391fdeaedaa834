import 'reflect-metadata';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRefreshLabel } from '../../src/classification/assign-labels.js';
import { createClassifyDocument } from '../../src/classification/classify-document.js';
import { createEncodeStoredPage } from '../../src/classification/encode-page.js';
import { PredictionResolver } from '../../src/classification/prediction.resolver.js';
import {
  createServingClassifier,
  type ServingClassifier,
} from '../../src/classification/serving-classifier.js';
import { createFailDocument } from '../../src/documents/change-status.js';
import { listDocuments } from '../../src/documents/document.repository.js';
import { writeCheckpoint } from '../../src/layoutlmv2/checkpoints/checkpoint.js';
import { startEngine } from '../../src/layoutlmv2/engine.js';
import { initialiseWeights } from '../../src/layoutlmv2/initialise.js';
import { createRandom } from '../../src/layoutlmv2/random.js';
import { createTokenizer, uncasedWordPiece } from '../../src/layoutlmv2/tokenizer/tokenizer.js';
import type { TrainingExample } from '../../src/layoutlmv2/training/examples.js';
import { createModelStore } from '../../src/models/model-store.js';
import { createPromoteModel } from '../../src/models/promote-model.js';
import { createDiskBlobStorage } from '../../src/platform/disk-blob-storage.js';
import { measureNetwork } from '../../src/training/measure-network.js';
import { microConfig } from '../layoutlmv2/support/micro-network.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createFactLog } from '../support/facts.js';
import { createRecordMaker, type RecordMaker } from '../support/records.js';

const noneOfTheseThreshold = 0.95;
const temperature = 2;

describe('a document that belongs to none of the labels', () => {
  let database: TestDatabase;
  let make: RecordMaker;
  let folder: string;
  let servingClassifier: ServingClassifier;
  let blobs: ReturnType<typeof createDiskBlobStorage>;
  let classify: (documentId: string) => Promise<unknown>;
  let bill: string;

  /** A page of one grey with a little noise in it. */
  async function makeDocumentOf(grey: number): Promise<string> {
    const { id } = await make.makeDocument({ status: 'CLASSIFYING', texts: ['word'] });
    const random = createRandom(grey);
    const pixels = Uint8Array.from({ length: 30 * 40 * 3 }, () =>
      Math.max(0, Math.min(255, grey + random.integer(9) - 4)),
    );
    const image = await sharp(pixels, { raw: { width: 30, height: 40, channels: 3 } })
      .png()
      .toBuffer();
    const { sha256 } = await blobs.write(Readable.from([image]), { maxBytes: image.length });
    await database.query('update pages set image_sha256 = $1 where document_id = $2', [sha256, id]);
    return id;
  }

  beforeAll(async () => {
    database = await createTestDatabase();
    make = createRecordMaker(database);
    const facts = createFactLog(database.connection);
    folder = await mkdtemp(join(tmpdir(), 'none-of-these-'));
    blobs = createDiskBlobStorage({ folder: join(folder, 'blobs') });
    const store = createModelStore(join(folder, 'models'));
    const encodePage = createEncodeStoredPage({ ...facts, blobs });
    servingClassifier = createServingClassifier({ ...facts, store, enginePreference: 'wasm' });
    const job = createClassifyDocument({
      ...facts,
      encodePage,
      servingClassifier,
      refreshLabel: createRefreshLabel({ threshold: 0.8, noneOfTheseThreshold }),
      failDocument: createFailDocument(facts),
    });
    classify = (documentId) => job.run({ documentId }, { signal: new AbortController().signal, attempt: 1 });

    // A network that calls every page a bill, at about 0.99, and has known light pages only.
    bill = await make.makeLabel('bill');
    const labelIds = [bill, await make.makeLabel('letter')];
    const weights = initialiseWeights(microConfig, labelIds.length, 1);
    weights.set('classifier.bias', { shape: [2], data: Float32Array.from([4.6, 0]) });
    const tokenizer = uncasedWordPiece(['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'word']);
    const network = { config: microConfig, weights, tokenizer };
    const exampleOf = async (grey: number): Promise<TrainingExample> => {
      const unit = await makeDocumentOf(grey);
      const page = await database.connection.database.page.findFirstOrThrow({ where: { documentId: unit } });
      return { unit, label: 0, page: await encodePage(page, createTokenizer(tokenizer), { maxTokens: 16 }) };
    };
    const examplesOf = async (greys: readonly number[]) => {
      const examples: TrainingExample[] = [];
      for (const grey of greys) examples.push(await exampleOf(grey));
      return examples;
    };
    await startEngine('wasm');
    const { outlier } = await measureNetwork({
      network,
      labelIds,
      examples: {
        training: await examplesOf([204, 211, 218, 225, 232, 239, 246, 251]),
        validation: await examplesOf([200, 207, 214, 221, 229, 236, 243, 249, 205, 233]),
        holdout: [],
      },
      ...{ microBatchSize: 4, maxTokens: 16, seed: 1, checkCancelled: async () => {} },
    });
    expect(outlier).not.toBeNull();
    const version = await make.makeModelVersion(labelIds);
    await writeCheckpoint(await store.prepareFolder(version.id), {
      ...network,
      ...{ labels: ['bill', 'letter'], temperature, outlier },
    });
    await database.query('update model_versions set temperature = $1 where id = $2', [
      temperature,
      version.id,
    ]);
    await createPromoteModel(facts)(version.id);
  });
  afterAll(async () => {
    await servingClassifier.close();
    await database.close();
    await rm(folder, { recursive: true });
  });

  const predictionOf = (documentId: string) =>
    database.connection.database.prediction.findFirstOrThrow({ where: { documentId, pageId: null } });
  const documentOf = (id: string) =>
    database.connection.database.document.findUniqueOrThrow({ where: { id } });

  it('is flagged and waits for a person, first of all, however sure the scores are; others get their label', async () => {
    const [known, stranger] = [await makeDocumentOf(222), await makeDocumentOf(20)];
    await classify(known);
    await classify(stranger);

    const [ofKnown, ofStranger] = [await predictionOf(known), await predictionOf(stranger)];
    // exp(4.6 / 2) to 1: about 0.91 after the temperature, 0.99 without it.
    for (const { labelId, confidence } of [ofKnown, ofStranger]) {
      expect(labelId).toBe(bill);
      expect(confidence).toBeGreaterThan(0.85);
      expect(confidence).toBeLessThan(0.95);
    }
    expect(ofKnown.noneOfTheseScore).toBeLessThan(noneOfTheseThreshold);
    expect(ofStranger.noneOfTheseScore).toBeGreaterThan(noneOfTheseThreshold);
    expect(await documentOf(known)).toMatchObject({
      labelId: bill,
      labelSource: 'MODEL',
      needsReview: false,
    });
    expect(await documentOf(stranger)).toMatchObject({
      labelId: null,
      needsReview: true,
      reviewByEntropy: 1,
    });

    const resolver = new PredictionResolver({ ...database, noneOfTheseThreshold });
    expect([ofKnown, ofStranger].map((prediction) => resolver.isNoneOfThese(prediction))).toEqual([
      false,
      true,
    ]);
    const found = await listDocuments(database.connection.database, {
      filter: { noneOfTheseFrom: noneOfTheseThreshold },
      ...{ order: 'NEWEST_FIRST', first: 10, after: null },
    });
    expect(found.rows.map(({ id }) => id)).toEqual([stranger]);
  });

  it('is labelled all the same where the threshold is 1, or none is set', async () => {
    const stranger = await makeDocumentOf(30);
    await classify(stranger);
    for (const rules of [{ threshold: 0.8 }, { threshold: 0.8, noneOfTheseThreshold: 1 }]) {
      await database.connection.transaction((tx) => createRefreshLabel(rules)(tx, stranger));
      expect(await documentOf(stranger)).toMatchObject({ labelId: bill, needsReview: false });
    }
  });
});
