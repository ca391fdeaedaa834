import { describe, expect, it } from 'vitest';
import { type HoldoutRow, judgeCandidate } from '../../src/training/promotion-gate.js';
import {
  defaultPromotionPolicy,
  type PromotionPolicy,
  requireUsablePolicy,
} from '../../src/training/promotion-policy.js';

/** Documents in a row: how many, their label, and what each model says of them; null where nothing serves. */
type Group = [count: number, label: string, candidate: string, serving: string | null];

function rowsOf(groups: readonly Group[]): HoldoutRow[] {
  return groups.flatMap(([count, labelId, candidate, serving], group) =>
    Array.from({ length: count }, (_, index) => ({
      documentId: `${group}-${index}`,
      labelId,
      candidate: { labelId: candidate, confidence: 0.9 },
      serving: serving === null ? null : { labelId: serving, confidence: 0.9 },
    })),
  );
}

function judge(
  rows: readonly HoldoutRow[],
  options: { policy?: Partial<PromotionPolicy>; known?: string[]; servingKnown?: string[] | null } = {},
) {
  const { policy, known = ['bill', 'note'], servingKnown = ['bill', 'note'] } = options;
  return judgeCandidate({
    rows,
    candidate: { knownLabelIds: known },
    serving: servingKnown && { knownLabelIds: servingKnown },
    policy: { ...defaultPromotionPolicy, ...policy },
    seed: 1,
    nameOf: (id) => id.toUpperCase(),
  });
}

describe('the gate between candidate and serving model', () => {
  it('promotes what is better beyond chance in every class', () => {
    const found = judge(
      rowsOf([
        [30, 'bill', 'bill', 'bill'],
        [10, 'bill', 'bill', 'note'],
        [40, 'note', 'note', 'note'],
      ]),
    );
    expect(found).toMatchObject({
      verdict: 'PROMOTED',
      code: 'BETTER',
      support: 80,
      accuracy: 1,
      macroF1: 1,
      servingAccuracy: 0.875,
      onlyCandidateHits: 10,
      onlyServingHits: 0,
      mcnemarPValue: expect.closeTo(2 / 1024, 12),
    });
    // F1 of the serving model: 60/70 of bills, 80/90 of notes.
    expect(found.servingMacroF1).toBeCloseTo((60 / 70 + 80 / 90) / 2, 12);
    expect(found.difference).toBeCloseTo(1 - (60 / 70 + 80 / 90) / 2, 12);
    expect(found.differenceLow).toBeGreaterThan(0);
    expect(found.reason).toContain('better beyond chance');
    expect(found.classes).toEqual([
      expect.objectContaining({
        labelId: 'bill',
        support: 40,
        recall: 1,
        servingRecall: 0.75,
        exceedsMaximum: false,
      }),
      expect.objectContaining({
        labelId: 'note',
        support: 40,
        recall: 1,
        servingRecall: 1,
        exceedsMaximum: false,
      }),
    ]);
  });

  it('keeps what is worse, and what is the same', () => {
    const worse = rowsOf([
      [30, 'bill', 'bill', 'bill'],
      [10, 'bill', 'note', 'bill'],
      [40, 'note', 'note', 'note'],
    ]);
    expect(judge(worse)).toMatchObject({ verdict: 'KEPT', code: 'NOT_BETTER' });
    const same = rowsOf([
      [40, 'bill', 'bill', 'bill'],
      [40, 'note', 'note', 'note'],
    ]);
    expect(judge(same)).toMatchObject({
      verdict: 'KEPT',
      code: 'NOT_BETTER',
      difference: 0,
      bootstrapPValue: 1,
    });
  });

  it('keeps what is better by one document, which may be chance', () => {
    const found = judge(
      rowsOf([
        [39, 'bill', 'bill', 'bill'],
        [1, 'bill', 'bill', 'note'],
        [40, 'note', 'note', 'note'],
      ]),
    );
    expect(found).toMatchObject({ verdict: 'KEPT', code: 'NOT_BEYOND_CHANCE', mcnemarPValue: 1 });
    expect(found.differenceLow).toBe(0);
    expect(found.reason).toMatch(/0\.95/);
  });

  it('asks McNemar’s test instead, where the policy says so', () => {
    const five = rowsOf([
      [35, 'bill', 'bill', 'bill'],
      [5, 'bill', 'bill', 'note'],
      [40, 'note', 'note', 'note'],
    ]);
    expect(judge(five)).toMatchObject({ verdict: 'PROMOTED' });
    // Five of five: p = 0.0625.
    expect(judge(five, { policy: { test: 'MCNEMAR' } })).toMatchObject({
      verdict: 'KEPT',
      code: 'NOT_BEYOND_CHANCE',
    });
    expect(judge(five, { policy: { test: 'MCNEMAR', confidenceLevel: 0.9 } })).toMatchObject({
      verdict: 'PROMOTED',
    });
  });

  it('keeps what is better on the whole but loses too much of one class', () => {
    const rows = rowsOf([
      [60, 'bill', 'bill', 'bill'],
      [60, 'bill', 'bill', 'note'],
      [15, 'note', 'note', 'note'],
      [5, 'note', 'bill', 'note'],
    ]);
    const found = judge(rows);
    expect(found).toMatchObject({ verdict: 'KEPT', code: 'CLASS_LOSS' });
    expect(found.reason).toContain('NOTE (recall 1.000 to 0.750');
    expect(found.classes.map(({ exceedsMaximum }) => exceedsMaximum)).toEqual([false, true]);
    expect(judge(rows, { policy: { maximumClassLoss: 0.25 } })).toMatchObject({ verdict: 'PROMOTED' });
  });

  it('allows a class to lose exactly the amount', () => {
    const rows = rowsOf([
      [60, 'bill', 'bill', 'bill'],
      [60, 'bill', 'bill', 'note'],
      [18, 'note', 'note', 'note'],
      [2, 'note', 'bill', 'note'],
    ]);
    expect(judge(rows, { policy: { maximumClassLoss: 0.1 } })).toMatchObject({ verdict: 'PROMOTED' });
    expect(judge(rows, { policy: { maximumClassLoss: 0.099 } })).toMatchObject({ code: 'CLASS_LOSS' });
  });

  it('counts a label that the serving model does not know as wrong for it', () => {
    const rows = rowsOf([
      [20, 'bill', 'bill', 'bill'],
      [20, 'form', 'form', 'note'],
      [20, 'note', 'note', 'note'],
    ]);
    const found = judge(rows, { known: ['bill', 'form', 'note'] });
    expect(found).toMatchObject({ verdict: 'PROMOTED', servingAccuracy: 40 / 60 });
    expect(found.classes[1]).toMatchObject({
      labelId: 'form',
      servingRecall: 0,
      isKnown: true,
      isServingKnown: false,
    });
  });

  it('keeps what no longer knows a label that the serving model knows', () => {
    const rows = rowsOf([
      [30, 'bill', 'bill', 'note'],
      [30, 'note', 'note', 'note'],
    ]);
    const found = judge(rows, { servingKnown: ['bill', 'note', 'telex'] });
    expect(found).toMatchObject({ verdict: 'KEPT', code: 'LABEL_UNKNOWN' });
    expect(found.reason).toContain('TELEX');
    expect(found.classes[2]).toMatchObject({
      labelId: 'telex',
      support: 0,
      recall: null,
      servingRecall: null,
      isKnown: false,
    });
  });

  it('judges both models on the labels of the documents, whatever else one answers', () => {
    const rows = rowsOf([
      [20, 'bill', 'bill', 'bill'],
      [20, 'note', 'note', 'note'],
      [1, 'note', 'note', 'telex'],
    ]);
    // Bills all right; of 21 notes one is missed: F1 40/41.
    expect(judge(rows).servingMacroF1).toBeCloseTo((1 + 40 / 41) / 2, 12);
  });

  it('only tells what it found where automatic promotion is off', () => {
    const rows = rowsOf([
      [30, 'bill', 'bill', 'note'],
      [30, 'note', 'note', 'note'],
    ]);
    const found = judge(rows, { policy: { automatic: false } });
    expect(found).toMatchObject({ verdict: 'KEPT', code: 'AUTOMATIC_OFF' });
    expect(found.reason).toContain('better beyond chance');
  });

  it('gives the same for the same seed', () => {
    const rows = rowsOf([
      [30, 'bill', 'bill', 'note'],
      [5, 'bill', 'note', 'bill'],
      [30, 'note', 'note', 'note'],
    ]);
    expect(judge(rows)).toEqual(judge(rows));
  });
});

describe('the gate refuses to decide', () => {
  it('on an empty holdout', () => {
    expect(judge([])).toMatchObject({ verdict: 'REFUSED', code: 'EMPTY_HOLDOUT', support: 0, macroF1: null });
    expect(judge([], { servingKnown: null })).toMatchObject({ verdict: 'REFUSED', code: 'EMPTY_HOLDOUT' });
  });

  it('on fewer documents than the policy’s minimum, and names both numbers', () => {
    const rows = rowsOf([
      [15, 'bill', 'bill', 'note'],
      [14, 'note', 'note', 'note'],
    ]);
    const found = judge(rows);
    expect(found).toMatchObject({ verdict: 'REFUSED', code: 'SMALL_HOLDOUT', support: 29, difference: null });
    expect(found.reason).toMatch(/29 documents, fewer than the minimum of 30/);
    expect(judge(rows, { policy: { minimumHoldout: 29 } })).toMatchObject({ verdict: 'PROMOTED' });
  });

  it.each(['candidate', 'serving'] as const)('on scores of the %s that are no numbers', (name) => {
    const rows = rowsOf([
      [30, 'bill', 'bill', 'note'],
      [30, 'note', 'note', 'note'],
    ]);
    const broken = rows.map((row, index) =>
      index === 7 ? { ...row, [name]: { labelId: 'bill', confidence: Number.NaN } } : row,
    );
    const found = judge(broken);
    expect(found).toMatchObject({ verdict: 'REFUSED', code: 'NOT_A_NUMBER' });
    expect(found.reason).toContain('1 of 60');
  });
});

describe('the gate before the first model', () => {
  it('promotes what is no guess, on few documents', () => {
    const found = judge(
      rowsOf([
        [3, 'bill', 'bill', null],
        [3, 'form', 'form', null],
        [3, 'note', 'note', null],
      ]),
      {
        servingKnown: null,
      },
    );
    expect(found).toMatchObject({
      verdict: 'PROMOTED',
      code: 'FIRST_MODEL',
      accuracy: 1,
      servingAccuracy: null,
    });
    expect(found.majorityShare).toBeCloseTo(1 / 3, 12);
    expect(found.majorityPValue).toBeCloseTo(3 ** -9, 12);
  });

  it('keeps what always gives the most frequent label', () => {
    const rows = rowsOf([
      [50, 'bill', 'bill', null],
      [10, 'note', 'bill', null],
    ]);
    const found = judge(rows, { servingKnown: null });
    expect(found).toMatchObject({ verdict: 'KEPT', code: 'NOT_BEYOND_CHANCE', macroF1: expect.any(Number) });
    expect(found.reason).toContain('guessing');
  });

  it('keeps what is right by luck', () => {
    const rows = rowsOf([
      [1, 'bill', 'bill', null],
      [1, 'note', 'note', null],
    ]);
    const policy = { minimumHoldoutForFirstModel: 2 };
    expect(judge(rows, { servingKnown: null, policy })).toMatchObject({
      verdict: 'KEPT',
      majorityPValue: 0.25,
    });
  });

  it('refuses to decide on fewer documents than the policy’s minimum for a first model, and says which setting that is', () => {
    const rows = rowsOf([
      [2, 'bill', 'bill', null],
      [2, 'note', 'note', null],
    ]);
    expect(judge(rows, { servingKnown: null })).toMatchObject({
      verdict: 'REFUSED',
      code: 'SMALL_HOLDOUT',
      support: 4,
      accuracy: null,
      reason:
        'The holdout has 4 documents, fewer than the minimum of 5 for a first model: label more, or lower minimumHoldoutForFirstModel',
    });
    // It is met, but four of four between two labels may be luck.
    const policy = { minimumHoldoutForFirstModel: 4 };
    expect(judge(rows, { servingKnown: null, policy })).toMatchObject({ code: 'NOT_BEYOND_CHANCE' });
  });

  it('asks by default for as few as can tell two labels from guessing', () => {
    const minimum = defaultPromotionPolicy.minimumHoldoutForFirstModel;
    const bills = Math.ceil(minimum / 2);
    const rows = rowsOf([
      [bills, 'bill', 'bill', null],
      [minimum - bills, 'note', 'note', null],
    ]);
    expect(judge(rows, { servingKnown: null })).toMatchObject({ support: minimum, accuracy: 1 });
    // By the commonest of two labels that are as common as each other.
    expect(0.5 ** minimum).toBeLessThan(1 - defaultPromotionPolicy.confidenceLevel);
    expect(0.5 ** (minimum - 1)).toBeGreaterThan(1 - defaultPromotionPolicy.confidenceLevel);
  });
});

describe('a promotion policy', () => {
  it.each([
    { confidenceLevel: 0.5 },
    { confidenceLevel: 1 },
    { confidenceLevel: Number.NaN },
    { maximumClassLoss: -0.1 },
    { maximumClassLoss: 1.1 },
    { minimumHoldout: 0 },
    { minimumHoldoutForFirstModel: 0 },
  ])('is refused with %j', (change) => {
    expect(() => requireUsablePolicy({ ...defaultPromotionPolicy, ...change })).toThrow(
      expect.objectContaining({ code: 'INVALID_PROMOTION_POLICY' }),
    );
  });

  it('is what it is by default', () => {
    expect(requireUsablePolicy(defaultPromotionPolicy)).toEqual({
      automatic: true,
      test: 'PAIRED_BOOTSTRAP',
      confidenceLevel: 0.95,
      maximumClassLoss: 0.1,
      minimumHoldout: 30,
      minimumHoldoutForFirstModel: 5,
    });
  });
});
