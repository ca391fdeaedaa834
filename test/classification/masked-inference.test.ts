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
import {
  createServingClassifier,
  type ServingClassifier,
} from '../../src/classification/serving-classifier.js';
import { createFailDocument } from '../../src/documents/change-status.js';
import { findDocumentById } from '../../src/documents/document-access.js';
import { createModelStore } from '../../src/models/model-store.js';
import { createPromoteModel } from '../../src/models/promote-model.js';
import { createDiskBlobStorage } from '../../src/platform/disk-blob-storage.js';
import type { JobHandler } from '../../src/platform/jobs/job.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createFactLog } from '../support/facts.js';
import { writeMicroModel } from '../support/micro-model.js';
import { createRecordMaker, type RecordMaker } from '../support/records.js';
import { createReview, type Review } from '../support/review.js';

describe('a model that is loaded', () => {
  let database: TestDatabase;
  let make: RecordMaker;
  let review: Review;
  let folder: string;
  let servingClassifier: ServingClassifier;
  let classify: JobHandler<{ documentId: string }>;
  let imageSha256: string;
  let bill: string;
  let invoice: string;
  let letter: string;
  const changedBy = 'ann';

  beforeAll(async () => {
    database = await createTestDatabase();
    make = createRecordMaker(database);
    const facts = createFactLog(database.connection);
    review = createReview(facts);
    folder = await mkdtemp(join(tmpdir(), 'masked-inference-'));
    const blobs = createDiskBlobStorage({ folder: join(folder, 'blobs') });
    const image = await sharp({ create: { width: 30, height: 40, channels: 3, background: '#fff' } })
      .png()
      .toBuffer();
    imageSha256 = (await blobs.write(Readable.from([image]), { maxBytes: image.length })).sha256;
    const store = createModelStore(join(folder, 'models'));
    servingClassifier = createServingClassifier({ ...facts, store, enginePreference: 'wasm' });
    classify = createClassifyDocument({
      ...facts,
      encodePage: createEncodeStoredPage({ ...facts, blobs }),
      servingClassifier,
      refreshLabel: createRefreshLabel({ threshold: 0.8 }),
      failDocument: createFailDocument(facts),
    });
    [bill, invoice, letter] = [
      await make.makeLabel('bill'),
      await make.makeLabel('invoice'),
      await make.makeLabel('letter'),
    ];
    const version = await make.makeModelVersion([bill, invoice, letter]);
    // About 0.55, 0.3 and 0.15.
    await writeMicroModel(await store.prepareFolder(version.id), [
      Math.log(0.55),
      Math.log(0.3),
      Math.log(0.15),
    ]);
    await createPromoteModel(facts)(version.id);
  });
  afterAll(async () => {
    await servingClassifier.close();
    await database.close();
    await rm(folder, { recursive: true });
  });

  /** Classifies a new document of two pages; its predictions, the document's last. */
  async function classifyNew() {
    const { id } = await make.makeDocument({ status: 'CLASSIFYING', texts: ['word', 'word word'] });
    await database.query('update pages set image_sha256 = $1', [imageSha256]);
    await classify.run({ documentId: id }, { signal: new AbortController().signal, attempt: 1 });
    const predictions = await database.connection.database.prediction.findMany({
      where: { documentId: id },
      orderBy: { id: 'asc' },
    });
    return { document: await findDocumentById(database.connection.database, id), predictions };
  }

  it('knows nothing of a label from the moment it is retired, nor after it is merged, without being loaded again', async () => {
    const free = await classifyNew();
    expect(free.document).toMatchObject({ labelId: null, needsReview: true });
    for (const { labelId, scores, embedding } of free.predictions) {
      expect(labelId).toBe(bill);
      expect(scores[0]).toBeCloseTo(0.55, 1);
      expect(embedding).toHaveLength(64);
    }

    await review.mergeLabels({ sourceId: bill, targetId: invoice, changedBy });
    const merged = await classifyNew();
    expect(merged.document).toMatchObject({ labelId: invoice, labelSource: 'MODEL' });
    for (const { labelId, scores } of merged.predictions) {
      expect(labelId).toBe(invoice);
      expect(scores[0]).toBe(0);
      expect(scores[1]).toBeCloseTo(0.85, 1);
    }

    await review.retireLabel({ id: invoice, changedBy });
    expect(
      (await findDocumentById(database.connection.database, merged.document?.id ?? ''))?.needsReview,
    ).toBe(true);
    const masked = await classifyNew();
    expect(masked.document).toMatchObject({ labelId: letter, labelSource: 'MODEL' });
    for (const { scores, confidence } of masked.predictions) {
      expect(scores).toEqual([0, 0, 1]);
      expect(confidence).toBe(1);
    }

    await review.retireLabel({ id: letter, changedBy });
    const nothing = await classifyNew();
    expect(nothing.document).toMatchObject({ status: 'READY', labelId: null, needsReview: true });
  });
});
