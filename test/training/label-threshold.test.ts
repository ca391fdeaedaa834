import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPromoteModel } from '../../src/models/promote-model.js';
import { createContext } from '../../src/platform/graphql/context.js';
import { createId } from '../../src/shared/ids.js';
import {
  createChooseLabelThresholds,
  createListLabelThresholds,
} from '../../src/training/choose-label-thresholds.js';
import { chooseThreshold, figuresAt, minimumAnswers } from '../../src/training/label-threshold.js';
import {
  ClassMetricsResolver,
  ConfusionCellResolver,
  MetricsResolver,
} from '../../src/training/metrics.resolver.js';
import { findRun } from '../../src/training/training.repository.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createFactLog } from '../support/facts.js';
import { createRecordMaker, type RecordMaker } from '../support/records.js';
import { createReview, type Review } from '../support/review.js';

/** Answers from the surest on: right where there is a 1. */
const answers = (pattern: string) =>
  [...pattern].map((mark, index) => ({ confidence: 1 - index / 100, isCorrect: mark === '1' }));

describe('the threshold for a precision', () => {
  it('is the lowest from which on enough answers are right', () => {
    // The first 12 are right, then every second: at 16 answers 14 are right, at 20 it is 16.
    const judged = answers('11111111111101010101');
    expect(chooseThreshold(judged, 0.99)).toBeCloseTo(0.89, 12);
    expect(chooseThreshold(judged, 0.87)).toBeCloseTo(0.85, 12);
    expect(chooseThreshold(judged, 0.8)).toBeCloseTo(0.81, 12);
    expect(figuresAt(judged, 0.85)).toMatchObject({
      precision: 14 / 16,
      coverage: 0.8,
      assigned: 16,
      support: 20,
    });
  });

  it('may lie beyond answers that are wrong, when more that are right follow', () => {
    expect(chooseThreshold(answers('0111111111111111111'), 0.94)).toBeCloseTo(1 - 18 / 100, 12);
  });

  it('is none where it is not reached, or by too few answers', () => {
    expect(chooseThreshold(answers('0'.repeat(30)), 0.5)).toBeNull();
    expect(chooseThreshold(answers('1'.repeat(minimumAnswers - 1)), 0.5)).toBeNull();
    expect(chooseThreshold(answers('1'.repeat(minimumAnswers)), 1)).not.toBeNull();
    expect(chooseThreshold([], 0.5)).toBeNull();
  });

  it('takes answers of the same confidence all or none', () => {
    const even = Array.from({ length: 20 }, (_, index) => ({ confidence: 0.9, isCorrect: index < 10 }));
    expect(chooseThreshold(even, 0.9)).toBeNull();
    expect(chooseThreshold(even, 0.5)).toBe(0.9);
  });

  it('has no figures where there are no answers', () => {
    const nothing = { precision: null, precisionLow: null, precisionHigh: null };
    expect(figuresAt([], 0.5)).toEqual({ ...nothing, coverage: null, assigned: 0, support: 0 });
    expect(figuresAt(answers('11'), 2)).toEqual({ ...nothing, coverage: 0, assigned: 0, support: 2 });
  });
});

describe('what a run has measured', () => {
  let database: TestDatabase;
  let make: RecordMaker;
  let facts: ReturnType<typeof createFactLog>;
  let review: Review;
  let bill: string;
  let invoice: string;
  let letter: string;
  let runId: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    make = createRecordMaker(database);
    facts = createFactLog(database.connection);
    review = createReview(facts);
    bill = await make.makeLabel('bill');
    invoice = await make.makeLabel('invoice');
    letter = await make.makeLabel('letter');
    const version = await make.makeModelVersion([bill, invoice, letter]);
    await createPromoteModel(facts)(version.id);
    runId = createId();
    const prisma = database.connection.database;
    await prisma.trainingRun.create({
      data: {
        id: runId,
        status: 'SUCCEEDED',
        trigger: 'MANUAL',
        hyperparameters: {},
        modelVersionId: version.id,
        finishedAt: new Date(),
      },
    });
    type Fared = [split: 'VALIDATION' | 'HOLDOUT', actualId: string, predictedId: string, confidence: number];
    const many = (count: number, split: Fared[0], actualId: string, predictedId: string, from: number) =>
      Array.from(
        { length: count },
        (_, index): Fared => [...([split, actualId, predictedId] as const), from + index / 1000],
      );
    const results: Fared[] = [
      // On the validation, what it calls a bill is right from 0.9 on; an invoice never is; a letter too seldom occurs.
      ...many(20, 'VALIDATION', bill, bill, 0.9),
      ...many(20, 'VALIDATION', letter, bill, 0.5),
      ...many(20, 'VALIDATION', bill, invoice, 0.9),
      ['VALIDATION', letter, letter, 0.99],
      // On the holdout, of ten bills that reach 0.9 one is a letter, and ten more reach 0.519.
      ...many(9, 'HOLDOUT', bill, bill, 0.92),
      ['HOLDOUT', letter, bill, 0.95],
      ...many(10, 'HOLDOUT', letter, bill, 0.55),
      ...many(20, 'HOLDOUT', bill, bill, 0.3),
      ...many(12, 'HOLDOUT', invoice, invoice, 0.95),
    ];
    for (const [split, actualId, predictedId, confidence] of results) {
      const { id: documentId } = await make.makeDocument();
      await prisma.documentResult.create({
        data: { runId, documentId, split, actualId, predictedId, confidence },
      });
    }
    await prisma.classMetrics.create({
      data: { runId, labelId: bill, precision: 0.5, recall: 0.5, f1: 0.5, support: 40 },
    });
    await prisma.confusionCell.create({ data: { runId, actualId: letter, predictedId: bill, count: 20 } });
  });
  afterAll(() => database.close());

  const build = () => {
    const listLabelThresholds = createListLabelThresholds({ ...facts, threshold: 0.8 });
    const choose = createChooseLabelThresholds({
      listLabelThresholds,
      setLabelPolicy: review.setLabelPolicy,
    });
    return { list: listLabelThresholds, choose };
  };

  it('shows what the thresholds do that labels have, on holdout and validation', async () => {
    expect(await build().list(null)).toMatchObject([
      {
        ...{
          label: { name: 'bill' },
          threshold: 0.8,
          precision: 0.9,
          coverage: 0.25,
          assigned: 10,
          support: 40,
        },
        validation: { precision: 1, coverage: 0.5, assigned: 20, support: 40 },
      },
      {
        ...{
          label: { name: 'invoice' },
          threshold: 0.8,
          precision: 1,
          coverage: 1,
          assigned: 12,
          support: 12,
        },
        validation: { precision: 0, coverage: 1, assigned: 20, support: 20 },
      },
      {
        ...{
          label: { name: 'letter' },
          threshold: 0.8,
          precision: null,
          coverage: null,
          assigned: 0,
          support: 0,
        },
        validation: { precision: 1, coverage: 1, assigned: 1, support: 1 },
      },
    ]);
  });

  it('chooses by the validation alone what reaches a precision, and tells what the holdout says of it', async () => {
    const proposed = await build().list(0.95);
    expect(proposed).toMatchObject([
      {
        threshold: expect.closeTo(0.519, 12),
        validation: { precision: expect.closeTo(20 / 21, 12), coverage: 21 / 40 },
        ...{ precision: 9 / 20, coverage: 20 / 40, assigned: 20, support: 40 },
      },
      // The holdout would have it, but it does not choose.
      {
        threshold: null,
        precision: null,
        coverage: 0,
        support: 12,
        validation: { coverage: 0, support: 20 },
      },
      { threshold: null, support: 0, validation: { support: 1 } },
    ]);
    expect(proposed[0]?.precisionLow).toBeLessThan(9 / 20);
    expect(proposed[0]?.precisionHigh).toBeGreaterThan(9 / 20);
    const labelsNow = async () =>
      (await review.labelResolver.labels(false)).map(({ threshold }) => threshold);
    expect(await labelsNow()).toEqual([null, null, null]);
    const one = await build().choose({ targetPrecision: 0.99, labelIds: [bill], changedBy: 'ann' });
    expect(one).toMatchObject([
      { label: { name: 'bill', threshold: 0.9 }, threshold: 0.9, precision: 0.9, coverage: 0.25 },
    ]);
    const all = await build().choose({ targetPrecision: 0.95, labelIds: null, changedBy: 'ann' });
    expect(all).toHaveLength(3);
    expect(await labelsNow()).toEqual([expect.closeTo(0.519, 12), null, null]);
  });

  it.each([0, -1, 1.01, Number.NaN])('takes no precision of %d', async (precision) => {
    await expect(build().list(precision)).rejects.toMatchObject({
      code: 'INVALID_PRECISION',
      isPublic: true,
    });
  });

  it('stays readable under its old names when labels are renamed and merged', async () => {
    await review.renameLabel({ id: bill, name: 'payable', changedBy: 'ann' });
    await review.mergeLabels({ sourceId: bill, targetId: invoice, changedBy: 'ann' });
    const context = createContext({ baseUrl: '', viewer: { name: 'ann' } });
    const run = await findRun(database.connection.database, runId);
    if (run === null) throw new Error('the run is gone');
    const metrics = new MetricsResolver(facts);
    const [row] = await metrics.perClass(run, context);
    const [cell] = await metrics.confusion(run, context);
    if (!row || !cell) throw new Error('the figures are gone');
    const [classes, cells] = [new ClassMetricsResolver(facts), new ConfusionCellResolver(facts)];
    expect(row).toMatchObject({ precision: 0.5, support: 40 });
    expect(await classes.labelName(row, context)).toBe('bill');
    expect(await classes.label(row, context)).toMatchObject({ name: 'payable', mergedIntoId: invoice });
    expect(await cells.predictedName(cell, context)).toBe('bill');
    expect(await cells.actualName(cell, context)).toBe('letter');
    // Thresholds speak of today's labels: what was called a bill is an invoice, and rightly so.
    expect(await build().list(null)).toMatchObject([
      { label: { name: 'invoice' }, support: 52, validation: { support: 60, assigned: 40, precision: 1 } },
      { label: { name: 'letter' }, validation: { support: 1 } },
    ]);
    await review.retireLabel({ id: invoice, changedBy: 'ann' });
    expect((await build().list(null)).map(({ label }) => label.name)).toEqual(['letter']);
  });
});
