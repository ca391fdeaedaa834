import { randomUUID } from 'node:crypto';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRefreshLabel } from '../../src/classification/assign-labels.js';
import { findDocumentPrediction } from '../../src/classification/classification.repository.js';
import { createClassifyDocument } from '../../src/classification/classify-document.js';
import { createCorrectLabel } from '../../src/classification/decide-label.js';
import { createServingClassifier } from '../../src/classification/serving-classifier.js';
import { createFailDocument } from '../../src/documents/change-status.js';
import { getLabels } from '../../src/labels/get-label.js';
import { readCheckpoint } from '../../src/layoutlmv2/checkpoints/checkpoint.js';
import { networkFolderOf } from '../../src/models/average-folder.js';
import {
  getLabelIdsOfModel,
  getReadyModelVersion,
  registerModelVersion,
} from '../../src/models/get-model-version.js';
import { createInstallStarterModel } from '../../src/models/install-starter-model.js';
import { createRequireLicence } from '../../src/models/licence.js';
import type { ReadyModelVersion } from '../../src/models/model-version.js';
import { listMembers } from '../../src/models/model-version.repository.js';
import { findLookModel, findTextModel } from '../../src/models/read-model-files.js';
import { createRunTraining } from '../../src/training/run-training.js';
import { createStartTrainingRun } from '../../src/training/start-training-run.js';
import { takeOverBase } from '../../src/training/take-over-base.js';
import { findRun } from '../../src/training/training.repository.js';
import { silentLog } from '../support/log.js';
import { createServingWorld, type ServingWorld } from '../support/serving.js';
import { makeTinyAverage } from '../support/tiny-average.js';

const classes = ['invoice', 'letter', 'form', 'memo', 'other'];
const context = { signal: new AbortController().signal, attempt: 1 };

let world: ServingWorld;
let folder: string;
let starter: ReadyModelVersion;
beforeAll(async () => {
  world = await createServingWorld();
  folder = await mkdtemp(join(tmpdir(), 'starter-average-'));
  for (const [name, file] of await makeTinyAverage({ classes, licence: 'mit' })) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), file);
  }
  const installed = await createInstallStarterModel({
    ...world.log,
    store: world.store,
    folder,
    requireLicence: createRequireLicence({ allowNoncommercial: true }),
    log: silentLog,
  })();
  if (installed === null) throw new Error('nothing was installed');
  starter = installed;
});
afterAll(async () => {
  await world.close();
  await rm(folder, { recursive: true });
});
const database = () => world.database.connection.database;

describe('a starter that is an average', () => {
  it('classifies what is uploaded, by network and words together', async () => {
    const { log, store, encodePage } = world;
    const { id: documentId } = await world.makeDocument({ status: 'CLASSIFYING', texts: ['memo page'] });
    const servingClassifier = createServingClassifier({ ...log, store, enginePreference: 'wasm' });
    const classify = createClassifyDocument({
      ...log,
      encodePage,
      servingClassifier,
      refreshLabel: createRefreshLabel({ threshold: 0.5 }),
      failDocument: createFailDocument(log),
    });
    await classify.run({ documentId }, context);
    await servingClassifier.close();
    expect(await world.read(documentId)).toMatchObject({ status: 'READY' });
    const prediction = await findDocumentPrediction(database(), documentId, starter.id);
    // The network has learnt nothing; the words tell.
    const [label] = await getLabels(database(), [prediction?.labelId ?? '']);
    expect(label?.name).toBe('Memo');
    expect(prediction).toMatchObject({ engine: 'wasm' });
  });

  it('is gone on from by its network and its words, and weighs them alike while there is too little to tell', async () => {
    const labelIds = await getLabelIdsOfModel(database(), starter.id);
    for (const labelId of labelIds.slice(0, 2)) {
      for (let made = 0; made < 4; made += 1) {
        const { id: documentId } = await world.makeDocument({ texts: ['word'] });
        const decision = { documentId, labelId, decidedBy: 'ann', note: null };
        await createCorrectLabel({ ...world.log, threshold: 0.8, randomShare: 0 })(decision);
      }
    }
    const run = await createStartTrainingRun({ ...world.log, minimumPerLabel: 3, modelSize: 'tiny' })({
      trigger: 'MANUAL',
      note: null,
      baseModelId: null,
      fromScratch: false,
      hyperparameters: { epochs: 1, batchSize: 2, microBatchSize: 2, freezing: 'backbone', maxTokens: 16 },
    });
    expect(run).toMatchObject({ status: 'QUEUED', baseModelId: starter.id });
    const { log, store, encodePage } = world;
    const runsDir = store.folderOf('runs');
    const job = createRunTraining({ ...log, store, encodePage, runsDir, enginePreference: 'wasm' });
    await job.run({ runId: run.id }, context);
    const after = await findRun(database(), run.id);
    expect(after).toMatchObject({ status: 'SUCCEEDED' });
    const child = await getReadyModelVersion(database(), after?.modelVersionId ?? '');
    expect(child).toMatchObject({ baseModelId: starter.id, licence: 'mit', size: starter.size });
    const [before, learnt] = [
      await readCheckpoint(join(folder, 'network')),
      await readCheckpoint(networkFolderOf(child, store.folderOf(child.id))),
    ];
    const weights = (await listMembers(database(), [starter.id, child.id])).map((members) =>
      members.map(({ architecture, weight }) => ({ architecture, weight })),
    );
    expect(weights[1]).toEqual(weights[0]);
    expect(weights[1]).toHaveLength(3);
    const [knewBefore, knows] = [await findTextModel(starter, store), await findTextModel(child, store)];
    for (const term of knewBefore?.terms.columns.keys() ?? [])
      expect(knows?.terms.columns.has(term)).toBe(true);
    const [sawBefore, sees] = [await findLookModel(starter, store), await findLookModel(child, store)];
    expect(sees?.fourier).toEqual(sawBefore?.fourier);
    const { architectureReason } = await getReadyModelVersion(database(), child.id);
    expect(architectureReason).toMatch(
      /^The average of network, text classifier and classifier of looks. Its weights are those of the average/,
    );
    expect(learnt.tokenizer).toEqual(before.tokenizer);
    // The backbone was frozen: it is that of the starter.
    const frozen = [...before.weights].filter(([name]) => name.startsWith('layoutlmv2.visual.backbone.'));
    expect(frozen.length).toBeGreaterThan(0);
    for (const [name, weight] of frozen) expect(learnt.weights.get(name), name).toEqual(weight);
  });

  it('hands on what it knows of words to runs from a base that was pre-trained from its network', async () => {
    const { store } = world;
    const id = randomUUID();
    await cp(join(folder, 'network'), await store.prepareFolder(id), { recursive: true });
    const labelIds = await getLabelIdsOfModel(database(), starter.id);
    const { size, parameterCount, maxTokens, licence } = starter;
    const base = await world.database.connection.transaction((tx) =>
      registerModelVersion(
        tx,
        {
          ...{ id, architecture: 'LayoutLMv2', size, parameterCount, maxTokens, licence, temperature: null },
          ...{ hasClassifier: true, isPretrainedBase: true, baseModelId: starter.id },
        },
        labelIds,
        {},
      ),
    );
    const [, letter = '', form = ''] = labelIds;
    const takeOver = () =>
      takeOverBase({ database: database(), store, base, labelIds: [form, letter], seed: 1 });
    const taken = await takeOver();
    expect(taken.textStart?.classes).toEqual([2, 1]);
    expect(taken.memberWeights).not.toBeNull();
    // Where its files have gone since, the words are learnt from nothing.
    const collect = (at: Date | null) =>
      world.database.query('update model_versions set files_collected_at = $1 where id = $2', [
        at,
        starter.id,
      ]);
    await collect(new Date());
    expect(await takeOver()).toMatchObject({ textStart: undefined, memberWeights: null });
    await collect(null);
  });
});
