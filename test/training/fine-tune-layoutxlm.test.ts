/** The whole way of a LayoutXLM, whose tokenizer is a SentencePiece model: imported, fine-tuned, kept, serving. */
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createEncodeStoredPage } from '../../src/classification/encode-page.js';
import type { PageReaders } from '../../src/classification/page-readers.js';
import { createServingClassifier } from '../../src/classification/serving-classifier.js';
import { writeSafetensors } from '../../src/layoutlmv2/checkpoints/safetensors.js';
import { parseConfig } from '../../src/layoutlmv2/config.js';
import { IMAGE_SIDE } from '../../src/layoutlmv2/encoded-page.js';
import { encodePage } from '../../src/layoutlmv2/page-encoding.js';
import { createImportModel } from '../../src/models/import-model.js';
import { getNetworkFolder } from '../../src/models/model-folder.js';
import { createModelStore } from '../../src/models/model-store.js';
import { createPromoteModel } from '../../src/models/promote-model.js';
import { createRunModelImport } from '../../src/models/run-model-import.js';
import { createDiskBlobStorage } from '../../src/platform/disk-blob-storage.js';
import { createId } from '../../src/shared/ids.js';
import { createRunTraining } from '../../src/training/run-training.js';
import { createStartTrainingRun } from '../../src/training/start-training-run.js';
import { findRun } from '../../src/training/training.repository.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createFactLog } from '../support/facts.js';
import { fixtureWeights } from '../support/fixture-weights.js';
import { silentLog } from '../support/log.js';
import { createRecordMaker } from '../support/records.js';

const modelFile = 'sentencepiece.bpe.model';
const fixture = (name: string) =>
  join(import.meta.dirname, '..', 'layoutlmv2', 'fixtures', 'layoutxlm', name);
const attempt = () => ({ signal: new AbortController().signal, attempt: 1 });
/** Database, network and training of one epoch, on a machine that may be busy. */
const TIMEOUT_MS = 2 * 60_000;

let database: TestDatabase;
let folder: string;
beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'layoutxlm-'));
});
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true });
});

it('fine-tunes a LayoutXLM, keeps its tokenizer, and serves', { timeout: TIMEOUT_MS }, async () => {
  const log = createFactLog(database.connection);
  const store = createModelStore(join(folder, 'models'));
  await writeBaseModel(join(folder, 'base-models', 'tiny'));
  const encodeStoredPage = await makeLabelledDocuments(log);

  const request = { repository: null, revision: null, createLabels: false, requestedBy: 'ann' };
  const { id: baseId } = await createImportModel(log)({ ...request, folder: 'tiny' });
  const sources = {
    endpoint: 'http://127.0.0.1:1',
    token: null,
    cacheFolder: join(folder, 'hub'),
    baseModelsFolder: join(folder, 'base-models'),
  };
  await createRunModelImport({ ...log, store, sources, log: silentLog }).run(
    { modelVersionId: baseId },
    attempt(),
  );
  const { id: runId } = await createStartTrainingRun({ ...log, minimumPerLabel: 3, modelSize: 'tiny' })({
    trigger: 'MANUAL',
    note: null,
    baseModelId: baseId,
    fromScratch: false,
    hyperparameters: { epochs: 1, batchSize: 2, microBatchSize: 2, freezing: 'backbone', maxTokens: 16 },
  });
  const runsDir = join(folder, 'runs');
  const options = { ...log, encodePage: encodeStoredPage, store, runsDir, enginePreference: 'wasm' as const };
  await createRunTraining(options).run({ runId }, attempt());
  const run = await findRun(database.connection.database, runId);
  expect(run?.status).toBe('SUCCEEDED');
  const versionId = run?.modelVersionId ?? '';

  expect(await readFile(join(await getNetworkFolder(store.folderOf(versionId)), modelFile))).toEqual(
    await readFile(fixture(modelFile)),
  );
  await createPromoteModel(log)(versionId);
  const serving = createServingClassifier({ ...log, store, enginePreference: 'wasm' });
  const content = { words: [{ text: 'Rechnung', box: [1, 2, 30, 40] as const }], image: null };
  const readers: PageReaders = {
    async encodePage(_, tokenizer) {
      expect(tokenizer.specialIds).toMatchObject({ classification: 0, padding: 1, separator: 2, unknown: 3 });
      return encodePage(content, tokenizer, { maxTokens: 16 });
    },
    readImage: async () => new Uint8Array(3 * IMAGE_SIDE ** 2).fill(255),
    readTexts: async (all) => all.map(() => ['Rechnung']),
  };
  const pages = await database.connection.database.page.findMany({ take: 1 });
  const probabilities = await serving.withServingModel(async ({ version, classifier }) => {
    expect(version.id).toBe(versionId);
    const { whole } = await classifier.score(pages, readers, attempt().signal);
    return Array.from(whole.probabilities, Number.isFinite);
  });
  expect(probabilities).toEqual([true, true]);
  await serving.close();

  /** Two labels with four documents each, all of one picture. */
  async function makeLabelledDocuments(facts: typeof log) {
    const blobs = createDiskBlobStorage({ folder: join(folder, 'blobs') });
    const picture = sharp({ create: { width: 30, height: 40, channels: 3, background: '#fff' } });
    const image = await picture.png().toBuffer();
    const { sha256 } = await blobs.write(Readable.from([image]), { maxBytes: image.length });
    const make = createRecordMaker(database);
    for (const name of ['Rechnung', 'письмо']) {
      const labelId = await make.makeLabel(name);
      for (let count = 0; count < 4; count += 1) {
        const { id: documentId } = await make.makeDocument({ texts: [name, '</s>'] });
        await database.query(
          'insert into label_decisions (id, document_id, label_id, decided_by) values ($1, $2, $3, $4)',
          [createId(), documentId, labelId, 'ann'],
        );
      }
    }
    await database.query('update pages set image_sha256 = $1', [sha256]);
    return createEncodeStoredPage({ ...facts, blobs });
  }
});

/** A base model of the published kind but tiny: no classifier, the SentencePiece model alone. */
async function writeBaseModel(path: string): Promise<void> {
  const { config } = JSON.parse(await readFile(fixture('network.json'), 'utf8')) as { config: object };
  const json = { ...config, vocab_size: 400 };
  await mkdir(path, { recursive: true });
  await writeFile(join(path, 'config.json'), JSON.stringify(json));
  await writeFile(join(path, 'README.md'), '---\nlicense: mit\n---\n');
  await copyFile(fixture(modelFile), join(path, modelFile));
  await writeSafetensors(join(path, 'model.safetensors'), fixtureWeights(parseConfig(json), 0));
}
