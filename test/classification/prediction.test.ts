import { describe, expect, it } from 'vitest';
import { describeScores, effectiveLabel } from '../../src/classification/prediction.js';

describe('the label of a document', () => {
  const [invoice, letter] = ['invoice', 'letter'];
  const rules = { labels: new Map(), threshold: 0.8 };

  it('is what a person has decided, whatever a model says', () => {
    const prediction = { labelId: letter, confidence: 1 };
    expect(effectiveLabel({ decision: { labelId: invoice }, prediction, ...rules })).toEqual({
      labelId: invoice,
      labelSource: 'HUMAN',
      needsReview: false,
    });
    expect(effectiveLabel({ decision: { labelId: invoice }, prediction: null, ...rules })).toMatchObject({
      labelId: invoice,
    });
  });

  it('is what the model says, from the threshold on', () => {
    for (const confidence of [0.8, 0.81, 1]) {
      const prediction = { labelId: letter, confidence };
      expect(effectiveLabel({ decision: null, prediction, ...rules })).toEqual({
        labelId: letter,
        labelSource: 'MODEL',
        needsReview: false,
      });
    }
  });

  it('is unknown, and a person must look, below the threshold and without a prediction', () => {
    const unknown = { labelId: null, labelSource: null, needsReview: true };
    const prediction = { labelId: letter, confidence: 0.799_999 };
    expect(effectiveLabel({ decision: null, prediction, ...rules })).toEqual(unknown);
    expect(effectiveLabel({ decision: null, prediction: null, ...rules })).toEqual(unknown);
  });
});

describe('the figures of a prediction', () => {
  it('are those of its scores', () => {
    const { entropy, margin, ...figures } = describeScores([0.25, 0.5, 0.25], ['a', 'b', 'c']);
    expect(figures).toEqual({ labelId: 'b', confidence: 0.5, scores: [0.25, 0.5, 0.25] });
    expect(margin).toBeCloseTo(0.25, 12);
    // 2 · ¼ · ln 4 + ½ · ln 2 = 1.5 ln 2.
    expect(entropy).toBeCloseTo(1.5 * Math.LN2, 12);
  });

  it('cannot be told when labels and scores do not belong together', () => {
    expect(() => describeScores([0.5, 0.5], ['a'])).toThrow(/1 labels gave 2 scores/);
    expect(() => describeScores([], [])).toThrow(/0 labels gave 0 scores/);
  });
});
