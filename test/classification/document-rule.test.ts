/** The rule by which the pages of a document speak with one voice: README, "What goes in", and joinPageProbabilities. */
import { describe, expect, it } from 'vitest';
import { maskScores } from '../../src/classification/label-scores.js';
import { describeScores, effectiveLabel } from '../../src/classification/prediction.js';
import type { LabelSet } from '../../src/labels/label.js';
import { joinPageProbabilities } from '../../src/layoutlmv2/probability.js';

const labels = ['invoice', 'letter', 'report'];
const sure = (label: string, confidence = 0.9) =>
  labels.map((name) => (name === label ? confidence : (1 - confidence) / 2));
const undecided = labels.map(() => 1 / 3);
const documentOf = (pages: readonly (readonly number[])[]) =>
  describeScores(joinPageProbabilities(pages), labels);
const pagesOf = (count: number, page: readonly number[]) => Array.from({ length: count }, () => page);

describe('a document is, by the mean of its pages’ probabilities,', () => {
  it('what its page is, as surely, when it has one', () => {
    const { labelId, confidence, scores } = documentOf([sure('letter', 0.7)]);
    expect(labelId).toBe('letter');
    expect(confidence).toBeCloseTo(0.7, 6);
    expect(scores.reduce((sum, score) => sum + score, 0)).toBeCloseTo(1, 6);
  });

  it('what several agree on, no surer than they are', () => {
    const { labelId, confidence } = documentOf([
      sure('letter', 0.8),
      sure('letter', 0.9),
      sure('letter', 0.7),
    ]);
    expect(labelId).toBe('letter');
    expect(confidence).toBeCloseTo(0.8, 6);
  });

  it('what most of it is: no page has a veto, however sure', () => {
    const { labelId, confidence } = documentOf([...pagesOf(4, sure('letter')), sure('invoice', 1)]);
    expect(labelId).toBe('letter');
    // (4 · 0.9 + 0) / 5.
    expect(confidence).toBeCloseTo(0.72, 6);
  });

  it('what a long tail of attachments is, though the first page is something else: then a person looks', () => {
    const { labelId, confidence } = documentOf([sure('letter', 0.99), ...pagesOf(3, sure('report', 0.6))]);
    expect(labelId).toBe('report');
    // (3 · 0.6 + 0.005) / 4: below the threshold, so the document needs review.
    expect(confidence).toBeCloseTo(0.451_25, 6);
    const label = effectiveLabel({
      decision: null,
      prediction: { labelId, confidence },
      labels: new Map(),
      threshold: 0.8,
    });
    expect(label).toEqual({ labelId: null, labelSource: null, needsReview: true });
  });

  it('what its other pages are, less surely, when some are blank or without words: those count as any page', () => {
    const { labelId, confidence } = documentOf([sure('invoice'), undecided, undecided]);
    expect(labelId).toBe('invoice');
    // (0.9 + 1/3 + 1/3) / 3.
    expect(confidence).toBeCloseTo(0.522_222, 5);
  });

  it('nothing that anybody can tell when all its pages are blank', () => {
    const { confidence, entropy, margin } = documentOf([undecided, undecided]);
    expect(confidence).toBeCloseTo(1 / 3, 6);
    expect(entropy).toBeCloseTo(Math.log(3), 6);
    expect(margin).toBeCloseTo(0, 6);
  });

  it('never a masked label; the rest share what it had, page by page or of the whole alike in order', () => {
    const set: LabelSet = new Map(
      labels.map((id) => [
        id,
        {
          ...{ id, retiredAt: id === 'invoice' ? new Date() : null, mergedIntoId: null },
          ...{ threshold: null, neverAssignAutomatically: false },
        },
      ]),
    );
    const pages = [sure('invoice'), [0.5, 0.4, 0.1]];
    const masked = describeScores(maskScores(joinPageProbabilities(pages), labels, set), labels);
    expect(masked.scores[0]).toBe(0);
    expect(masked.labelId).toBe('letter');
    // Of what is left of the mean: (0.05 + 0.4) to (0.05 + 0.1).
    expect(masked.confidence).toBeCloseTo(0.75, 6);
  });

  it('of two labels that are as likely the first of the model’s, always, and without a lead', () => {
    const pages = [sure('letter'), sure('report')];
    for (const order of [pages, [...pages].reverse()]) {
      expect(documentOf(order)).toMatchObject({ labelId: 'letter' });
      expect(documentOf(order).margin).toBeCloseTo(0, 6);
    }
  });
});
