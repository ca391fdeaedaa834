import { describe, expect, it } from 'vitest';
import { maskScores, mergeScores } from '../../src/classification/label-scores.js';
import { describeScores } from '../../src/classification/prediction.js';
import { currentRowIds, type LabelSet } from '../../src/labels/label.js';

type State = { retired?: boolean; mergedInto?: string };

const labelSet = (states: Record<string, State>): LabelSet =>
  new Map(
    Object.entries(states).map(([id, { retired = false, mergedInto = null }]) => [
      id,
      {
        id,
        retiredAt: retired || mergedInto !== null ? new Date() : null,
        mergedIntoId: mergedInto,
        threshold: null,
        neverAssignAutomatically: false,
      },
    ]),
  );

const sum = (scores: readonly number[]) => scores.reduce((total, score) => total + score, 0);

describe('the scores of a model', () => {
  const rows = ['bill', 'invoice', 'letter'];

  it('stay as they are while the label set is as it was', () => {
    const labels = labelSet({ bill: {}, invoice: {}, letter: {} });
    expect(mergeScores([0.5, 0.3, 0.2], rows, labels)).toEqual([0.5, 0.3, 0.2]);
    expect(maskScores([0.5, 0.3, 0.2], rows, labels)).toEqual([0.5, 0.3, 0.2]);
  });

  it('of a merged label are added to those of its target', () => {
    const labels = labelSet({ bill: { mergedInto: 'invoice' }, invoice: {}, letter: {} });
    const merged = mergeScores([0.3, 0.3, 0.4], rows, labels);
    expect(merged).toEqual([0, 0.6, 0.4]);
    expect(describeScores(merged, rows, labels)).toMatchObject({ labelId: 'invoice', confidence: 0.6 });
    // What has been added up is not added again.
    expect(mergeScores(merged, rows, labels)).toEqual(merged);
  });

  it('of merged labels stand in the first of their rows where the model does not know the target', () => {
    const labels = labelSet({
      bill: { mergedInto: 'payment' },
      invoice: {},
      letter: { mergedInto: 'payment' },
      payment: {},
    });
    const merged = mergeScores([0.3, 0.45, 0.25], rows, labels);
    expect(merged).toEqual([0.55, 0.45, 0]);
    expect(describeScores(merged, rows, labels)).toMatchObject({ labelId: 'payment', confidence: 0.55 });
  });

  it('of a retired label count for nobody, and the rest is renormalised', () => {
    const labels = labelSet({ bill: { retired: true }, invoice: {}, letter: {} });
    const masked = maskScores([0.6, 0.3, 0.1], rows, labels);
    expect(masked[0]).toBe(0);
    expect(masked[1]).toBeCloseTo(0.75, 12);
    expect(masked[2]).toBeCloseTo(0.25, 12);
    expect(sum(masked)).toBeCloseTo(1, 12);
  });

  it('of a label merged into one that is retired count for nobody either', () => {
    const labels = labelSet({ bill: { mergedInto: 'invoice' }, invoice: { retired: true }, letter: {} });
    expect(maskScores([0.5, 0.3, 0.2], rows, labels)).toEqual([0, 0, 1]);
    const foreign = labelSet({
      bill: { mergedInto: 'payment' },
      payment: { retired: true },
      invoice: {},
      letter: {},
    });
    expect(maskScores([0.5, 0.25, 0.25], rows, foreign)).toEqual([0, 0.5, 0.5]);
  });

  it('stay where nothing but retired labels is known', () => {
    const labels = labelSet({
      bill: { retired: true },
      invoice: { retired: true },
      letter: { retired: true },
    });
    expect(maskScores([0.5, 0.3, 0.2], rows, labels)).toEqual([0.5, 0.3, 0.2]);
  });
});

describe('the rows of a classifier that is trained on', () => {
  it('stand for the target of a merge, unless it has a row of its own', () => {
    const labels = labelSet({ bill: { mergedInto: 'payment' }, payment: {}, letter: {} });
    expect(currentRowIds(labels, ['bill', 'letter'])).toEqual(['payment', 'letter']);
    expect(currentRowIds(labels, ['bill', 'letter', 'payment'])).toEqual(['bill', 'letter', 'payment']);
  });
});
