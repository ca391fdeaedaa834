import { describe, expect, it } from 'vitest';
import type { EncodedPage } from '../../../src/layoutlmv2/encoded-page.js';
import { predictUnits, summariseUnits } from '../../../src/layoutlmv2/training/evaluate.js';
import type { TrainingExample } from '../../../src/layoutlmv2/training/examples.js';

/** A page whose tokens are all `id`; the classifier below gives class `id` the logit ln 3 and the others 0. */
const pageOf = (id: number, tokens = 4): EncodedPage => ({
  inputIds: new Array<number>(tokens).fill(id),
  boxes: new Array<number>(4 * tokens).fill(0),
  image: new Uint8Array(0),
  truncatedTokens: 0,
});

const example = (unit: string, label: number, id: number, tokens?: number): TrainingExample => ({
  unit,
  label,
  page: pageOf(id, tokens),
});

const options = { microBatchSize: 2, maxTokens: 6 };

const scorePages = (pages: readonly EncodedPage[]) =>
  Promise.resolve(
    pages.map(({ inputIds }) => [0, 1, 2].map((label) => (label === inputIds[0] ? Math.log(3) : 0))),
  );

describe('judging a classifier by units', () => {
  it('joins the pages of a unit and keeps the units in order', async () => {
    const examples = [example('a', 0, 0), example('b', 1, 2, 9), example('a', 0, 1, 5), example('a', 0, 0)];
    const [a, b] = await predictUnits(scorePages, examples, options);
    // Pages of 3/5, 1/5, 1/5 in turn.
    expect(a).toMatchObject({ unit: 'a', label: 0, predicted: 0, pageCount: 3 });
    expect(a?.probabilities[0]).toBeCloseTo(7 / 15, 6);
    expect(a?.probabilities[1]).toBeCloseTo(5 / 15, 6);
    expect(b).toMatchObject({ unit: 'b', label: 1, predicted: 2, pageCount: 1 });
    expect(b?.probabilities[2]).toBeCloseTo(3 / 5, 6);
  });

  it('cuts pages to the tokens the network reads, and never scores more at once than asked', async () => {
    const sizes: number[] = [];
    const lengths: number[] = [];
    await predictUnits(
      (pages) => {
        sizes.push(pages.length);
        lengths.push(...pages.map(({ inputIds, boxes }) => Math.max(inputIds.length, boxes.length / 4)));
        return scorePages(pages);
      },
      Array.from({ length: 5 }, (_, index) => example(`${index}`, 0, 0, 4 + index)),
      options,
    );
    expect(sizes).toEqual([2, 2, 1]);
    expect(lengths.sort()).toEqual([4, 5, 6, 6, 6]);
  });

  it('sums up loss, accuracy and macro-F1, and scores nothing without units', async () => {
    const units = await predictUnits(scorePages, [example('a', 0, 0), example('b', 1, 0)], options);
    const summary = summariseUnits(units, 3);
    expect(summary.accuracy).toBe(0.5);
    expect(summary.macroF1).toBeCloseTo((2 / 3 + 0) / 2, 12);
    expect(summary.loss).toBeCloseTo(-(Math.log(3 / 5) + Math.log(1 / 5)) / 2, 6);
    expect(summariseUnits([], 3)).toEqual({ loss: null, accuracy: null, macroF1: null });
  });

  it('scores nothing where a probability is no number', async () => {
    const units = await predictUnits(scorePages, [example('a', 0, 0), example('b', 1, 0)], options);
    const broken = { unit: 'c', label: 0, predicted: 0, pageCount: 1 };
    const probabilities = Float32Array.from([Number.NaN, 0, 0]);
    expect(summariseUnits([...units, { ...broken, probabilities }], 3)).toEqual({
      loss: null,
      accuracy: null,
      macroF1: null,
    });
  });

  it('refuses a unit of two classes', async () => {
    const examples = [example('a', 0, 0), example('a', 1, 0)];
    await expect(predictUnits(scorePages, examples, options)).rejects.toThrow(
      /unit a have two classes, 0 and 1/,
    );
  });
});
