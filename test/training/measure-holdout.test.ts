import { describe, expect, it } from 'vitest';
import { measureHoldout } from '../../src/training/measure-holdout.js';

describe('what is measured on the holdout', () => {
  const unit = (name: string, label: number, probabilities: number[]) => ({
    unit: name,
    label,
    probabilities: Float32Array.from(probabilities),
    predicted: probabilities.indexOf(Math.max(...probabilities)),
    pageCount: 1,
  });
  // Exact in float32, so that the figures below are too.
  const predictions = [
    unit('d1', 0, [0.75, 0.25, 0]),
    unit('d2', 0, [0.5, 0.25, 0.25]),
    unit('d3', 0, [0.25, 0.75, 0]),
    unit('d4', 1, [0.125, 0.875, 0]),
  ];
  const measured = measureHoldout(predictions, ['invoice', 'letter', 'form'], 1);

  it('is worked out by hand', () => {
    const { metrics } = measured;
    expect(metrics.support).toBe(4);
    expect(metrics.accuracy).toBe(3 / 4);
    // Invoice: precision 2/2, recall 2/3, F1 4/5. Letter: precision 1/2, recall 1/1, F1 2/3. Form does not occur.
    expect(metrics.macroF1).toBeCloseTo((4 / 5 + 2 / 3) / 2, 12);
    expect(metrics.loss).toBeCloseTo(
      -(Math.log(0.75) + Math.log(0.5) + Math.log(0.25) + Math.log(0.875)) / 4,
      12,
    );
    // Bins of a tenth: 0.5 alone and right; twice 0.75, of which one is right; 0.875 alone and right.
    expect(metrics.ece).toBeCloseTo((0.5 + 2 * 0.25 + 0.125) / 4, 12);
    // Wilson's interval of 3 of 4.
    expect(metrics.accuracyLow).toBeCloseTo(0.3006, 4);
    expect(metrics.accuracyHigh).toBeCloseTo(0.9544, 4);
    expect(metrics.macroF1Low).toBeLessThanOrEqual(metrics.macroF1);
    expect(metrics.macroF1High).toBeGreaterThanOrEqual(metrics.macroF1);
  });

  it('says of a label that does not occur that it was not scored', () => {
    expect(measured.classes).toMatchObject([
      { labelId: 'invoice', precision: 1, recall: 2 / 3, f1: 0.8, support: 3 },
      { labelId: 'letter', precision: 0.5, recall: 1, f1: 2 / 3, support: 1 },
      { labelId: 'form', precision: null, recall: null, f1: null, support: 0 },
    ]);
  });

  it('tells how sure the figures of a label are', () => {
    const [invoice, letter, form] = measured.classes;
    // Wilson's intervals of 2 of 2, of 2 of 3 and of 1 of 2.
    expect(invoice).toMatchObject({ precisionLow: expect.closeTo(0.3424, 4), precisionHigh: 1 });
    expect(invoice).toMatchObject({
      recallLow: expect.closeTo(0.2077, 4),
      recallHigh: expect.closeTo(0.9385, 4),
    });
    expect(letter?.precisionLow).toBeCloseTo(0.0945, 4);
    expect(invoice?.f1Low ?? 1).toBeLessThanOrEqual(0.8);
    expect(invoice?.f1High ?? 0).toBeGreaterThanOrEqual(0.8);
    expect(form).toMatchObject({ precisionLow: null, recallHigh: null, f1Low: null, baselineF1: null });
  });

  it('sorts answers by how sure they were', () => {
    const filled = measured.calibration.filter(({ count }) => count > 0);
    expect(measured.calibration.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(filled).toMatchObject([
      { number: 5, from: 0.4, to: 0.5, count: 1, meanConfidence: 0.5, accuracy: 1 },
      { number: 8, from: 0.7, to: 0.8, count: 2, meanConfidence: 0.75, accuracy: 0.5 },
      { number: 9, count: 1, meanConfidence: 0.875, accuracy: 1 },
    ]);
  });

  it('is told by slice, and each document keeps its own', () => {
    const slices = new Map([
      ['d1', ['PAGE_COUNT:1 page']],
      ['d3', ['PAGE_COUNT:1 page', 'SKEW:5° and more']],
    ]);
    const bySlice = measureHoldout(predictions, ['invoice', 'letter', 'form'], 1, { slices });
    expect(bySlice.slices).toMatchObject([
      { dimension: 'PAGE_COUNT', band: '1 page', support: 2, accuracy: 0.5 },
      { dimension: 'SKEW', band: '5° and more', support: 1, accuracy: 0 },
    ]);
    expect(bySlice.results.map((result) => result.slices.length)).toEqual([1, 0, 2, 0]);
  });

  it('names what was taken for what, and the documents behind it', () => {
    expect(measured.confusion).toEqual([
      { actualId: 'invoice', predictedId: 'invoice', count: 2 },
      { actualId: 'invoice', predictedId: 'letter', count: 1 },
      { actualId: 'letter', predictedId: 'letter', count: 1 },
    ]);
    expect(measured.results).toMatchObject([
      { documentId: 'd1', actualId: 'invoice', predictedId: 'invoice', confidence: 0.75 },
      { documentId: 'd2', actualId: 'invoice', predictedId: 'invoice', confidence: 0.5 },
      { documentId: 'd3', actualId: 'invoice', predictedId: 'letter', confidence: 0.75 },
      { documentId: 'd4', actualId: 'letter', predictedId: 'letter', confidence: 0.875 },
    ]);
  });

  it('is the same again for the same seed', () => {
    expect(measureHoldout(predictions, ['invoice', 'letter', 'form'], 1)).toEqual(measured);
  });

  it('is not made up where there is nothing to measure', () => {
    expect(() => measureHoldout([], ['invoice', 'letter'], 1)).toThrow(/holdout is empty/);
  });
});
