import 'reflect-metadata';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRefreshLabel } from '../../src/classification/assign-labels.js';
import { findDocumentPrediction } from '../../src/classification/classification.repository.js';
import { createClassifyDocument } from '../../src/classification/classify-document.js';
import { createCorrectLabel } from '../../src/classification/decide-label.js';
import { createModelHolder } from '../../src/classification/model-holder.js';
import { createScoreInShadow } from '../../src/classification/score-in-shadow.js';
import { createServingClassifier } from '../../src/classification/serving-classifier.js';
import { createFailDocument } from '../../src/documents/change-status.js';
import { ModelResolver } from '../../src/models/model.resolver.js';
import {
  describeModelFolder,
  listMemberFolders,
  readModel,
  writeModel,
} from '../../src/models/model-folder.js';
import type { ModelVersion } from '../../src/models/model-version.js';
import { createPromoteModel, createRollbackModel } from '../../src/models/promote-model.js';
import { createSetShadowModel } from '../../src/models/shadow-model.js';
import { createContext } from '../../src/platform/graphql/context.js';
import { createRunTraining } from '../../src/training/run-training.js';
import { createSetPromotionPolicy } from '../../src/training/set-promotion-policy.js';
import { createStartTrainingRun } from '../../src/training/start-training-run.js';
import { findRun } from '../../src/training/training.repository.js';
import { ModelRunResolver, TrainingResolver } from '../../src/training/training.resolver.js';
import { silentLog } from '../support/log.js';
import { createServingWorld, type ServingWorld } from '../support/serving.js';

/** Documents of a split: how many of each label, and whether their words tell it, or their look. */
type Part = {
  split: 'TRAIN' | 'VALIDATION' | 'HOLDOUT';
  invoices: number;
  letters: number;
  isTold: boolean;
  isSeen?: boolean;
};

const told = { invoice: 'invoice total amount due', letter: 'dear madam yours sincerely' };
const untold = 'page scanned without a word that tells';
const context = { signal: new AbortController().signal, attempt: 1 };
const request = () => createContext({ baseUrl: '', viewer: { name: 'ann' } });

let world: ServingWorld;
beforeAll(async () => {
  world = await createServingWorld();
});
afterAll(() => world.close());
const database = () => world.database.connection.database;

/** Does a run from a network that says softmax(bias) of every page, and learns hardly anything: its learning rate is nothing. */
async function learn(parts: readonly Part[], bias: { invoice: number; letter: number }) {
  await world.database.query(
    'truncate documents, labels, model_versions, model_promotions, training_runs, dataset_snapshots cascade',
  );
  const labels = {
    invoice: await world.make.makeLabel('invoice'),
    letter: await world.make.makeLabel('letter'),
  };
  const base = await world.makeModel([labels.invoice, labels.letter], [bias.invoice, bias.letter]);
  await createPromoteModel(world.log)(base.id);
  const splits = new Map<string, Part['split']>();
  for (const { split, invoices, letters, isTold, isSeen } of parts) {
    for (const [name, count] of [
      ['invoice', invoices],
      ['letter', letters],
    ] as const) {
      for (let made = 0; made < count; made += 1) {
        const { id } = await world.makeDocument({
          texts: [isTold ? told[name] : untold],
          picture: isSeen && name === 'invoice' ? 'lined' : 'blank',
        });
        splits.set(id, split);
        const decision = { documentId: id, labelId: labels[name], decidedBy: 'ann', note: null };
        await createCorrectLabel({ ...world.log, threshold: 0.8, randomShare: 0 })(decision);
      }
    }
  }
  const run = await start();
  for (const [documentId, split] of splits)
    await database().datasetItem.updateMany({
      where: { documentId, snapshotId: run.snapshotId ?? '' },
      data: { split },
    });
  return { labels, base, ...(await finish(run.id)) };
}

function start(baseModelId: string | null = null) {
  const startTrainingRun = createStartTrainingRun({ ...world.log, minimumPerLabel: 3, modelSize: 'tiny' });
  const quick = { epochs: 1, batchSize: 4, microBatchSize: 4, freezing: 'backbone', maxTokens: 16 } as const;
  const hyperparameters = { ...quick, learningRate: 1e-12 };
  return startTrainingRun({
    trigger: 'MANUAL',
    note: null,
    baseModelId,
    fromScratch: false,
    hyperparameters,
  });
}

async function finish(runId: string) {
  const { log, store, encodePage } = world;
  const runsDir = store.folderOf('runs');
  const job = createRunTraining({ ...log, store, encodePage, runsDir, enginePreference: 'wasm' });
  await job.run({ runId }, context);
  const run = await findRun(database(), runId);
  if (run?.status !== 'SUCCEEDED') throw new Error(`the run is ${run?.status}: ${run?.statusReason}`);
  const versions = await trainingResolver().modelVersions(run, request());
  const chosen = versions.find(({ id }) => id === run.modelVersionId);
  if (!chosen) throw new Error('the run has made nothing');
  return { run, versions, chosen };
}

const never = () => {
  throw new Error('not asked for');
};
const trainingResolver = () =>
  new TrainingResolver({
    ...world.log,
    startTrainingRun: never,
    cancelTrainingRun: never,
    annotateTrainingRun: never,
  });
const modelResolver = () =>
  new ModelResolver({
    ...world.log,
    promoteModel: never,
    rollbackModel: never,
    importModel: never,
    cancelModelImport: never,
  });

/** Uploads a document to a worker that has just started. */
async function upload(text: string, picture: 'blank' | 'lined' = 'blank') {
  const { log, store, encodePage } = world;
  const { id } = await world.makeDocument({ status: 'CLASSIFYING', texts: [text], picture });
  const servingClassifier = createServingClassifier({ ...log, store, enginePreference: 'wasm' });
  const classify = createClassifyDocument({
    ...log,
    encodePage,
    servingClassifier,
    refreshLabel: createRefreshLabel({ threshold: 0.5 }),
    failDocument: createFailDocument(log),
  });
  await classify.run({ documentId: id }, context);
  await servingClassifier.close();
  return id;
}

const predictionOf = async (documentId: string, { id }: Pick<ModelVersion, 'id'>) => {
  const prediction = await findDocumentPrediction(database(), documentId, id);
  if (!prediction) throw new Error('it has said nothing');
  return prediction;
};

const cardOf = ({ id }: Pick<ModelVersion, 'id'>) =>
  readFile(join(world.store.folderOf(id), 'README.md'), 'utf8');

describe('a run of which network and text classifier each know what the other does not', () => {
  // The network knows that letters are rare, the text classifier what words tell.
  let made: Awaited<ReturnType<typeof learn>>;
  beforeAll(async () => {
    made = await learn(
      [
        { split: 'TRAIN', invoices: 3, letters: 3, isTold: true },
        { split: 'VALIDATION', invoices: 6, letters: 6, isTold: true },
        { split: 'VALIDATION', invoices: 24, letters: 2, isTold: false },
        { split: 'HOLDOUT', invoices: 2, letters: 2, isTold: true },
      ],
      { invoice: 2, letter: 0 },
    );
  });

  it('ends with their average, and says so on the version', async () => {
    const { chosen, run } = made;
    expect(chosen).toMatchObject({
      id: run.id,
      architecture: 'average',
      architectureReason: expect.stringMatching(
        /^The average of network, text classifier and classifier of looks, with weights fitted near those that are usual.*: on 38 validation documents/,
      ),
    });
    const members = await modelResolver().members(chosen, request());
    expect(members).toMatchObject([
      { architecture: 'LayoutLMv2' },
      { architecture: 'TF-IDF' },
      { architecture: 'HOG' },
    ]);
    for (const { weight, validationMacroF1, validationLoss } of members) {
      expect(weight).toBeGreaterThan(0);
      expect(validationMacroF1).toBeGreaterThan(0);
      expect(validationLoss).toBeGreaterThan(0);
    }
    expect(modelResolver().reads(chosen)).toEqual(['WORDS', 'BOXES', 'IMAGE']);
    expect(await cardOf(chosen)).toMatch(
      /An average of document classifiers.*neither network nor text.*- LayoutLMv2, weight \d.*- TF-IDF, weight \d.*- invoice/s,
    );
  });

  it('keeps in their folders what is needed to take them elsewhere, temperatures included', async () => {
    const { chosen, versions } = made;
    const text = versions[1];
    const folderOf = (id = '') => world.store.folderOf(id);
    expect(chosen.temperature).toBeGreaterThan(0);
    expect(await describeModelFolder(folderOf(chosen.id))).toMatchObject({
      architecture: 'average',
      labels: ['invoice', 'letter'],
      temperature: chosen.temperature,
    });
    expect(await describeModelFolder(folderOf(text?.id))).toMatchObject({
      architecture: 'TF-IDF',
      labels: ['invoice', 'letter'],
      temperature: text?.temperature,
    });
  });

  it('has the text classifier beside it, as a version of the run that can be promoted', async () => {
    const { versions, run, chosen } = made;
    expect(versions.map(({ architecture }) => architecture)).toEqual(['average', 'TF-IDF']);
    const text = versions[1];
    if (!text) throw new Error('no text classifier');
    expect(text).toMatchObject({ status: 'READY', maxTokens: null, licence: 'own', hasClassifier: true });
    expect(modelResolver().reads(text)).toEqual(['WORDS']);
    expect(await modelResolver().members(text, request())).toEqual([]);
    expect(await cardOf(text)).toContain('It reads nothing but words.');
    for (const version of versions)
      expect((await new ModelRunResolver(world.log).run(version, request()))?.id).toBe(run.id);

    await createPromoteModel(world.log)(chosen.id);
    await createPromoteModel(world.log)(text.id);
    const id = await upload(told.letter);
    expect(await predictionOf(id, text)).toMatchObject({ labelId: made.labels.letter, engine: 'cpu' });
    expect(await world.read(id)).toMatchObject({ status: 'READY', labelId: made.labels.letter });
  });

  it('serves uploads as it was measured, after a roll-back and a restart as before', async () => {
    const { chosen, run, labels } = made;
    await createRollbackModel(world.log)();
    const result = await database().documentResult.findFirst({
      where: { runId: run.id, split: 'HOLDOUT', actualId: labels.invoice },
    });
    for (const restart of ['first', 'second']) {
      const prediction = await predictionOf(await upload(told.invoice), chosen);
      expect(prediction.labelId, restart).toBe(labels.invoice);
      expect(prediction.engine).toBe('wasm');
      // A holdout document of the same words and image.
      expect(prediction.confidence).toBeCloseTo(result?.confidence ?? 0, 5);
    }
    // What only the network knows.
    expect(await predictionOf(await upload(untold), chosen)).toMatchObject({ labelId: labels.invoice });
  });

  it('is compared with the text classifier in the shadow', async () => {
    const { versions, labels, chosen } = made;
    const text = versions[1];
    if (!text) throw new Error('no text classifier');
    await createSetShadowModel(world.log)(text.id);
    world.log.take();
    const documentId = await upload(told.letter);
    expect(world.log.take()).toContainEqual({
      name: 'shadowScoreWanted',
      documentId,
      modelVersionId: text.id,
    });
    const { log, store, encodePage } = world;
    const candidateHolder = createModelHolder({ ...log, store, enginePreference: 'wasm' });
    const scoreInShadow = createScoreInShadow({ ...log, encodePage, candidateHolder, log: silentLog });
    expect(await scoreInShadow.run({ documentId, modelVersionId: text.id }, context)).toEqual({
      status: 'done',
    });
    await candidateHolder.close();
    expect(await database().shadowPrediction.findMany({ where: { documentId } })).toMatchObject([
      { modelVersionId: text.id, servingModelId: chosen.id, labelId: labels.letter, engine: 'cpu' },
    ]);
  });

  it('is gone on from by its network, also while the text classifier serves and is what the gate judges against', async () => {
    const { versions, chosen } = made;
    const text = versions[1];
    if (!text) throw new Error('no text classifier');
    await createPromoteModel(world.log)(text.id);
    await expect(start(text.id)).rejects.toMatchObject({
      code: 'MODEL_HAS_NO_NETWORK',
      message: expect.stringContaining('fromScratch: true'),
    });
    await createSetPromotionPolicy(world.log)({ minimumHoldout: 1 }, 'ann');
    const next = await start();
    expect(next.baseModelId).toBe(chosen.id);
    expect(next.warnings).toContain(
      `Model version ${text.number}, which serves, has no network: the run starts from model version ${chosen.number}, whose network served last.`,
    );
    const after = await finish(next.id);
    // Its validation is as small as splits make it, and its base an average.
    expect(after.chosen).toMatchObject({
      architecture: 'average',
      baseModelId: chosen.id,
      architectureReason: expect.stringMatching(
        /^The average of .*Its weights are those of the average that the run went on from: \d+ validation documents are fewer/,
      ),
    });
    const gate = await database().gateDecision.findUnique({ where: { runId: next.id } });
    expect(gate).toMatchObject({ servingModelId: text.id, servingAccuracy: expect.any(Number) });
  });
});

describe('a run whose network has learnt nothing', () => {
  it('ends with the text classifier alone, and keeps the network beside it', async () => {
    const { run, chosen, versions, base } = await learn(
      [
        { split: 'TRAIN', invoices: 3, letters: 3, isTold: true },
        { split: 'VALIDATION', invoices: 16, letters: 16, isTold: true },
        { split: 'HOLDOUT', invoices: 2, letters: 2, isTold: true },
      ],
      { invoice: 0, letter: 0 },
    );
    expect(chosen).toMatchObject({
      architecture: 'TF-IDF',
      architectureReason: expect.stringMatching(
        /^The text classifier alone, than which the average is no better/,
      ),
    });
    expect(versions).toMatchObject([
      { id: run.id, architecture: 'LayoutLMv2', baseModelId: base.id },
      { id: chosen.id },
    ]);
    // What is measured is what would serve.
    const evaluation = await database().evaluationMetrics.findUnique({ where: { runId: run.id } });
    expect(evaluation).toMatchObject({ accuracy: 1, support: 4 });
  });
});

describe('a run of which some documents are told by their words and the others by their look', () => {
  let made: Awaited<ReturnType<typeof learn>>;
  beforeAll(async () => {
    made = await learn(
      [
        { split: 'TRAIN', invoices: 3, letters: 3, isTold: true },
        { split: 'TRAIN', invoices: 3, letters: 3, isTold: false, isSeen: true },
        { split: 'VALIDATION', invoices: 12, letters: 12, isTold: true },
        { split: 'VALIDATION', invoices: 12, letters: 12, isTold: false, isSeen: true },
        { split: 'HOLDOUT', invoices: 2, letters: 2, isTold: false, isSeen: true },
      ],
      { invoice: 0, letter: 0 },
    );
  });

  it('ends with an average that a classifier of looks has joined, whole in a folder of its own', async () => {
    const { chosen } = made;
    expect(chosen).toMatchObject({
      architecture: 'average',
      architectureReason: expect.stringMatching(
        /^The average of network, text classifier and classifier of looks, with weights fitted/,
      ),
    });
    expect(await modelResolver().members(chosen, request())).toMatchObject([
      { architecture: 'LayoutLMv2' },
      { architecture: 'TF-IDF' },
      { architecture: 'HOG', weight: expect.any(Number), validationLoss: expect.any(Number) },
    ]);
    expect(await cardOf(chosen)).toMatch(/- HOG, weight \d/);
    const folder = world.store.folderOf(chosen.id);
    const model = await readModel(folder);
    if (model.architecture !== 'average' || !model.look) throw new Error('it has no classifier of looks');
    expect(model.look.labels).toEqual(['invoice', 'letter']);
    expect(model.weights.look).toBeGreaterThan(0);
    const copy = join(folder, 'copy');
    await writeModel(copy, model);
    expect(await readModel(copy)).toEqual(model);
    expect(await listMemberFolders(copy)).toEqual(['network', 'text', 'look']);
  });

  it('serves with it: of the same words, it is the look that tells', async () => {
    const { chosen, labels } = made;
    await createPromoteModel(world.log)(chosen.id);
    expect(await predictionOf(await upload(untold, 'lined'), chosen)).toMatchObject({
      labelId: labels.invoice,
    });
    expect(await predictionOf(await upload(untold, 'blank'), chosen)).toMatchObject({
      labelId: labels.letter,
    });
  });

  it('is gone on from: the next run takes features and weights of the classifier of looks over', async () => {
    const { chosen } = made;
    const next = await start(chosen.id);
    const after = await finish(next.id);
    expect(after.chosen.architectureReason).toMatch(
      /^The average of network, text classifier and classifier of looks/,
    );
    const [before, later] = [
      await readModel(world.store.folderOf(chosen.id)),
      await readModel(world.store.folderOf(after.chosen.id)),
    ];
    if (before.architecture !== 'average' || later.architecture !== 'average') throw new Error('no averages');
    expect(later.look?.fourier).toEqual(before.look?.fourier);
    expect(later.weights.look).toBeGreaterThan(0);
  });
});
