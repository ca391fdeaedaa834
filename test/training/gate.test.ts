import 'reflect-metadata';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listPagesOfDocuments } from '../../src/documents/document-access.js';
import { startEngine } from '../../src/layoutlmv2/engine.js';
import type { UnitPrediction } from '../../src/layoutlmv2/training/evaluate.js';
import { createRequireLicence } from '../../src/models/licence.js';
import type { ReadyModelVersion } from '../../src/models/model-version.js';
import { createPromoteModel, findServingModel } from '../../src/models/promote-model.js';
import { createContext } from '../../src/platform/graphql/context.js';
import { createId } from '../../src/shared/ids.js';
import { applyGate } from '../../src/training/apply-gate.js';
import { findGateDecisions } from '../../src/training/gate.repository.js';
import {
  GateClassChangeResolver,
  GateDecisionResolver,
  GateResolver,
} from '../../src/training/gate.resolver.js';
import { GateDecisionType } from '../../src/training/gate.types.js';
import { createJudgeRun, type GateJudgement } from '../../src/training/judge-run.js';
import type { SnapshotDocument } from '../../src/training/load-examples.js';
import { defaultPromotionPolicy } from '../../src/training/promotion-policy.js';
import { createSetPromotionPolicy } from '../../src/training/set-promotion-policy.js';
import { findRun } from '../../src/training/training.repository.js';
import type { TrainingRun } from '../../src/training/training-run.js';
import { createReview } from '../support/review.js';
import { createServingWorld, type ServingWorld } from '../support/serving.js';

let world: ServingWorld;
let [invoice, letter] = ['', ''];
let run: TrainingRun;
let documents: SnapshotDocument[];

// Documents of each of the two labels: few enough to be quick, and enough for the gate with this minimum.
const documentsPerLabel = 8;
const minimumHoldout = 10;

beforeAll(async () => {
  // As the run does before it learns.
  await startEngine('wasm');
  world = await createServingWorld();
});
beforeEach(async () => {
  await world.database.query(
    'truncate documents, labels, model_versions, model_promotions, training_runs, promotion_policy cascade',
  );
  [invoice, letter] = [await world.make.makeLabel('invoice'), await world.make.makeLabel('letter')];
  await setPolicy({ minimumHoldout });
  run = await makeRun();
  documents = [];
  for (const labelId of [invoice, letter]) {
    for (let count = 0; count < documentsPerLabel; count += 1) {
      const { id } = await world.makeDocument({ texts: ['word', 'word word'] });
      const [pages = []] = await listPagesOfDocuments(database(), [id]);
      const item = {
        documentId: id,
        labelId,
        decisionId: createId(),
        split: 'HOLDOUT' as const,
        groupId: id,
      };
      documents.push({ item: { ...item, ocrVersions: ['test/1'] }, pages });
    }
  }
  world.log.take();
});
afterAll(() => world.close());

const database = () => world.database.connection.database;
const setPolicy = (change: Parameters<ReturnType<typeof createSetPromotionPolicy>>[0]) =>
  createSetPromotionPolicy(world.log)(change, 'ann');

async function makeRun(): Promise<TrainingRun> {
  const { id } = await database().trainingRun.create({
    data: {
      id: createId(),
      status: 'RUNNING',
      trigger: 'MANUAL',
      hyperparameters: { seed: 5, microBatchSize: 2, maxTokens: 32 },
    },
  });
  const made = await findRun(database(), id);
  if (!made) throw new Error('no run');
  return made;
}

/** What the run's own network says: right but for the first documents. */
function predictions(mistakes = 0): UnitPrediction[] {
  return documents.map(({ item }, index) => {
    const label = item.labelId === invoice ? 0 : 1;
    const predicted = index < mistakes ? 1 - label : label;
    const probabilities = Float32Array.from([1 - predicted, predicted]);
    return { unit: item.documentId, label, probabilities, predicted, pageCount: 2 };
  });
}

const judge = (said: readonly UnitPrediction[] = predictions()) =>
  createJudgeRun({ ...world.log, store: world.store, encodePage: world.encodePage })({
    run,
    documents,
    predictions: said,
    labelIds: [invoice, letter],
    checkCancelled: async () => {},
  });

/** Lets the gate decide of a version, as at the end of the run. */
function apply(version: ReadyModelVersion, judgement: GateJudgement, allowNoncommercial = true) {
  const requireLicence = createRequireLicence({ allowNoncommercial });
  return world.log.connection.transaction((tx) =>
    applyGate(tx, { runId: run.id, version, judgement }, { ...world.log, requireLicence }),
  );
}

async function serve(labelIds: readonly string[], bias: readonly number[]) {
  const version = await world.makeModel(labelIds, bias);
  await createPromoteModel(world.log)(version.id);
  world.log.take();
  return version;
}
const servingId = async () => (await findServingModel(database()))?.id;

describe('the gate at the end of a run', () => {
  it('scores the serving model on the documents of the run, and lets the better one serve', async () => {
    const before = await serve([invoice, letter], [4, 0]);
    const judgement = await judge();
    expect(judgement).toMatchObject({ servingId: before.id, policy: { minimumHoldout } });
    expect(judgement.findings).toMatchObject({
      verdict: 'PROMOTED',
      code: 'BETTER',
      support: 2 * documentsPerLabel,
      accuracy: 1,
      // It calls everything an invoice.
      servingAccuracy: 0.5,
      onlyCandidateHits: documentsPerLabel,
      onlyServingHits: 0,
    });
    const version = await world.make.makeModelVersion([invoice, letter]);
    expect(await apply(version, judgement)).toMatch(/^Serves: It is better beyond chance: macro-F1 1\.000/);
    expect(await servingId()).toBe(version.id);
    expect(world.log.take()).toEqual([{ name: 'servingModelChanged', modelVersionId: version.id }]);
    const promotions = await database().modelPromotion.findMany({ orderBy: { id: 'desc' }, take: 1 });
    expect(promotions).toMatchObject([{ kind: 'AUTOMATIC', promotedBy: null, previousId: before.id }]);
  });

  it('keeps a worse one, and the evidence of both is there to be asked for', async () => {
    const before = await serve([invoice, letter], [4, 0]);
    const version = await world.make.makeModelVersion([invoice, letter]);
    const outcome = await apply(version, await judge(predictions(2 * documentsPerLabel)));
    expect(outcome).toMatch(/^Kept as a candidate: It is not better.*promoteModel makes it serve$/);
    expect(await servingId()).toBe(before.id);
    expect(world.log.take()).toEqual([]);

    const context = createContext({ baseUrl: '', viewer: { name: 'ann' } });
    const setPromotionPolicy = createSetPromotionPolicy(world.log);
    const resolver = new GateResolver({ ...world.database, setPromotionPolicy });
    const decision = await resolver.gateDecision(run, context);
    if (!(decision instanceof GateDecisionType)) throw new Error('no decision');
    expect(decision).toMatchObject({ verdict: 'KEPT', code: 'NOT_BETTER', minimumHoldout, automatic: true });
    expect(decision.candidate()).toEqual({ accuracy: 0, macroF1: 0 });
    expect(decision.serving()).toMatchObject({ accuracy: 0.5 });
    const decisions = new GateDecisionResolver(world.database);
    expect((await decisions.servingModel(decision, context))?.id).toBe(before.id);
    const classes = await decisions.classes(decision, context);
    expect(classes).toHaveLength(2);
    const ofInvoices = classes.find(({ labelId }) => labelId === invoice);
    if (!ofInvoices) throw new Error('no class');
    expect(ofInvoices).toMatchObject({
      support: documentsPerLabel,
      recall: 0,
      servingRecall: 1,
      exceedsMaximum: true,
    });
    const label = await new GateClassChangeResolver(world.database).label(ofInvoices, context);
    expect(label.name).toBe('invoice');
  });

  it('reads a merged label of the serving model as its target, as when it serves', async () => {
    const memo = await world.make.makeLabel('memo');
    // Alone, invoice leads; letter and memo together are more.
    await serve([invoice, letter, memo], [0.5, 0.3, 0.3]);
    const recallsOf = ({ findings }: GateJudgement) =>
      new Map(findings.classes.map(({ labelId, servingRecall }) => [labelId, servingRecall]));
    const separate = await judge();
    expect(separate.findings).toMatchObject({ code: 'LABEL_UNKNOWN', servingAccuracy: 0.5 });
    expect(recallsOf(separate)).toEqual(
      new Map<string, number | null>([
        [invoice, 1],
        [letter, 0],
        [memo, null],
      ]),
    );
    await createReview(world.log).mergeLabels({ sourceId: memo, targetId: letter, changedBy: 'ann' });
    const merged = await judge();
    expect(merged.findings).toMatchObject({ code: 'BETTER', servingAccuracy: 0.5 });
    expect(recallsOf(merged)).toEqual(
      new Map([
        [invoice, 0],
        [letter, 1],
      ]),
    );
  });

  it('counts what the serving model cannot say as wrong for it', async () => {
    await serve([invoice], [1]);
    const { findings } = await judge();
    expect(findings).toMatchObject({ verdict: 'PROMOTED', servingAccuracy: 0.5 });
    expect(findings.classes.find(({ labelId }) => labelId === letter)).toMatchObject({
      isServingKnown: false,
      servingRecall: 0,
    });
  });

  it('decides nothing where the serving model cannot be read', async () => {
    const before = await serve([invoice, letter], [4, 0]);
    await world.store.removeFolder(before.id);
    const judgement = await judge();
    expect(judgement.findings).toMatchObject({
      verdict: 'REFUSED',
      code: 'SERVING_UNUSABLE',
      accuracy: null,
    });
    expect(judgement.findings.reason).toMatch(/its folder/);
    expect(judgement.findings.reason).not.toContain(world.store.folderOf(before.id));
    const version = await world.make.makeModelVersion([invoice, letter]);
    expect(await apply(version, judgement)).toMatch(/^Refused by the gate and kept as a candidate/);
    expect(await servingId()).toBe(before.id);
  });

  it('keeps what was measured against a model that serves no longer', async () => {
    await serve([invoice, letter], [4, 0]);
    const judgement = await judge();
    const meanwhile = await serve([invoice, letter], [0, 4]);
    const version = await world.make.makeModelVersion([invoice, letter]);
    expect(await apply(version, judgement)).toMatch(/Another version began to serve/);
    expect(await servingId()).toBe(meanwhile.id);
    expect(await findGateDecisions(database(), [run.id])).toMatchObject([
      { verdict: 'KEPT', code: 'SERVING_CHANGED' },
    ]);
  });

  it('keeps what its licence no longer allows to serve', async () => {
    const version = await world.make.makeModelVersion([invoice, letter]);
    const licence = 'cc-by-nc-sa-4.0';
    await world.database.query('update model_versions set licence = $1 where id = $2', [licence, version.id]);
    expect(await apply({ ...version, licence }, await judge(), false)).toMatch(/ALLOW_NONCOMMERCIAL_WEIGHTS/);
    expect(await servingId()).toBeUndefined();
  });

  it('lets the first model serve that is no guess, and keeps one that is', async () => {
    const version = await world.make.makeModelVersion([invoice, letter]);
    const guess = await judge(predictions(documentsPerLabel));
    expect(guess).toMatchObject({
      servingId: null,
      findings: { verdict: 'KEPT', code: 'NOT_BEYOND_CHANCE' },
    });
    expect(await apply(version, await judge())).toMatch(/^Serves: Nothing served, and it is no guess/);
    expect(await servingId()).toBe(version.id);
  });

  it('refuses scores that are no numbers', async () => {
    await serve([invoice, letter], [4, 0]);
    const broken = predictions().map((prediction, index) =>
      index === 0 ? { ...prediction, probabilities: Float32Array.from([Number.NaN, 0]) } : prediction,
    );
    expect((await judge(broken)).findings).toMatchObject({ verdict: 'REFUSED', code: 'NOT_A_NUMBER' });
  });

  it('refuses a holdout without documents, and whoever asks is told', async () => {
    const before = await serve([invoice, letter], [4, 0]);
    const judgement = await judge([]);
    const version = await world.make.makeModelVersion([invoice, letter]);
    expect(await apply(version, judgement)).toMatch(
      /^Refused by the gate and kept as a candidate: The holdout is empty/,
    );
    expect(await servingId()).toBe(before.id);
    const context = createContext({ baseUrl: '', viewer: { name: 'ann' } });
    const setPromotionPolicy = createSetPromotionPolicy(world.log);
    const decision = await new GateResolver({ ...world.database, setPromotionPolicy }).gateDecision(
      run,
      context,
    );
    if (!(decision instanceof GateDecisionType)) throw new Error('no decision');
    expect(decision).toMatchObject({ verdict: 'REFUSED', code: 'EMPTY_HOLDOUT', support: 0 });
    expect([decision.candidate(), decision.serving()]).toEqual([null, null]);
  });
});

describe('the promotion policy', () => {
  const context = createContext({ baseUrl: '', viewer: { name: 'ben' } });
  const createResolver = () =>
    new GateResolver({ ...world.database, setPromotionPolicy: createSetPromotionPolicy(world.log) });

  it('is the default until somebody sets it; what is not given stays', async () => {
    await world.database.query('truncate promotion_policy');
    const resolver = createResolver();
    expect(await resolver.promotionPolicy()).toEqual({ ...defaultPromotionPolicy, setBy: null, setAt: null });
    await resolver.setPromotionPolicy({ confidenceLevel: 0.9, automatic: null }, context);
    await resolver.setPromotionPolicy({ test: 'MCNEMAR', automatic: false }, context);
    expect(await resolver.promotionPolicy()).toEqual({
      ...defaultPromotionPolicy,
      confidenceLevel: 0.9,
      test: 'MCNEMAR',
      automatic: false,
      setBy: 'ben',
      setAt: expect.any(Date),
    });
  });

  it('is refused where it could not be kept to, and stays as it was', async () => {
    const resolver = createResolver();
    await expect(resolver.setPromotionPolicy({ maximumClassLoss: 2 }, context)).rejects.toMatchObject({
      code: 'INVALID_PROMOTION_POLICY',
      message: 'maximumClassLoss must be from 0 to 1, not 2.',
    });
    expect(await resolver.promotionPolicy()).toMatchObject({ minimumHoldout, maximumClassLoss: 0.1 });
  });

  it('that switches automatic promotion off keeps the better one, with what was found', async () => {
    const before = await serve([invoice, letter], [4, 0]);
    await setPolicy({ automatic: false });
    const version = await world.make.makeModelVersion([invoice, letter]);
    expect(await apply(version, await judge())).toMatch(/automatic promotion is off/);
    expect(await servingId()).toBe(before.id);
  });
});
