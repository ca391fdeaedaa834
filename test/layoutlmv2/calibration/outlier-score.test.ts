import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { classDistanceOf, fitClassDistance } from '../../../src/layoutlmv2/calibration/class-distance.js';
import { sortKnownValues, surpriseOf } from '../../../src/layoutlmv2/calibration/known-values.js';
import { findOutlierModel, writeOutlierModel } from '../../../src/layoutlmv2/calibration/outlier-file.js';
import {
  fitOutlierModel,
  noneOfTheseScore,
  type OutlierDocument,
} from '../../../src/layoutlmv2/calibration/outlier-score.js';
import { auroc } from '../../../src/layoutlmv2/metrics.js';
import { createRandom } from '../../../src/layoutlmv2/random.js';

const hidden = 6;
const random = createRandom(11);

/** Nearly normal: twelve uniform numbers have the variance 1. */
const draw = () => Array.from({ length: 12 }, () => random.uniform()).reduce((sum, one) => sum + one, -6);

/** A page of a class: each class has a direction of its own; -1 lies in one that no class has, and looks like class 0 to a softmax. */
function page(label: number) {
  const embedding = Array.from({ length: 3 * hidden }, (_, place) => {
    const direction = place % hidden;
    return draw() + (direction === (label < 0 ? hidden - 1 : label) ? 8 : 0);
  });
  return { label, embedding };
}

function document(label: number, pageCount = 1): OutlierDocument {
  const sure = 0.9 + 0.1 * random.uniform();
  const rest = (1 - sure) / 2;
  return {
    pages: Array.from({ length: pageCount }, () => page(label)),
    probabilities: [0, 1, 2].map((own) => (own === Math.max(0, label) ? sure : rest)),
  };
}

const many = <Item>(count: number, make: (label: number) => Item) =>
  Array.from({ length: count }, (_, index) => make(index % 3));

describe("Mahalanobis' distance to the nearest class", () => {
  it('is that of the shrunk covariance, worked out by hand', () => {
    // Around the means of both classes the first coordinate varies by 4, the second by 1: after shrinking 3.85 and 1.15.
    const vectors = [
      [-2, 1],
      [2, -1],
      [-2, -1],
      [2, 1],
      [8, 1],
      [12, -1],
      [8, -1],
      [12, 1],
    ];
    const distance = fitClassDistance(vectors, [0, 0, 0, 0, 1, 1, 1, 1]);
    expect(classDistanceOf(distance, [0, 3])).toBeCloseTo(9 / 1.15 / 2, 4);
    expect(classDistanceOf(distance, [11, 0])).toBeCloseTo(1 / 3.85 / 2, 4);
  });

  it('follows directions that vary together', () => {
    const vectors = Array.from({ length: 200 }, () => {
      const shared = 5 * draw();
      return [shared + draw(), shared + draw()];
    });
    const distance = fitClassDistance(
      vectors,
      vectors.map(() => 0),
    );
    expect(classDistanceOf(distance, [6, -6])).toBeGreaterThan(5 * classDistanceOf(distance, [6, 6]));
  });

  it('is a number with one vector a class and fewer vectors than dimensions', () => {
    const distance = fitClassDistance(
      [
        [1, 2, 3],
        [3, 2, 1],
      ],
      [0, 1],
    );
    expect(classDistanceOf(distance, [1, 2, 3])).toBeCloseTo(0, 4);
    expect(classDistanceOf(distance, [1, 2, 4])).toBeGreaterThan(1000);
    expect(Number.isFinite(classDistanceOf(distance, [1, 2, 4]))).toBe(true);
  });

  it('refuses what it cannot compare', () => {
    expect(() => fitClassDistance([], [])).toThrow(/nothing to be far from/);
    expect(() => fitClassDistance([[1, Number.NaN]], [0])).toThrow(/Vector 0 must have 2 finite/);
    expect(() => classDistanceOf(fitClassDistance([[1, 2]], [0]), [1])).toThrow(/1 numbers, but must have 2/);
  });
});

describe('the surprise of a value', () => {
  const known = sortKnownValues([4, 2, 1, 3]);

  it('is minus the logarithm of the share of known values as large', () => {
    expect(surpriseOf(known, 0)).toBe(0);
    expect(surpriseOf(known, 3)).toBeCloseTo(-Math.log(3 / 5), 12);
    expect(surpriseOf(known, 4)).toBeCloseTo(-Math.log(2 / 5), 12);
  });

  it('grows on beyond the largest', () => {
    expect(surpriseOf(known, 4.0001)).toBeCloseTo(Math.log(5), 3);
    // The upper half, 3 and 4, exceeds its first by 0.5 in the mean.
    expect(surpriseOf(known, 5)).toBeCloseTo(Math.log(5) + 2, 6);
  });

  it('stays what it was when very many values are thinned', () => {
    const values = Array.from({ length: 5000 }, (_, index) => index);
    expect(surpriseOf(sortKnownValues(values), 4500)).toBeCloseTo(-Math.log(0.1), 1);
  });
});

describe('none of these', () => {
  const training = many(90, page);
  const known = many(60, (label) => document(label));
  const model = fitOutlierModel({ training, known });
  if (!model) throw new Error('there are enough documents');

  it('tells a class that nobody has learnt from the others, where softmax cannot', () => {
    const others = many(150, (label) => document(label));
    const strangers = Array.from({ length: 50 }, () => document(-1));
    const score = (one: OutlierDocument) => noneOfTheseScore(model, one);
    const doubt = (one: OutlierDocument) => 1 - Math.max(...Array.from(one.probabilities));
    expect(auroc(others.map(score), strangers.map(score))).toBeGreaterThan(0.97);
    expect(auroc(others.map(doubt), strangers.map(doubt))).toBeLessThan(0.65);
    // A threshold means the share of known documents that reach it; the standard error of 60 is 3 %.
    const flagged = others.filter((one) => score(one) >= 0.95).length / others.length;
    expect(flagged).toBeGreaterThan(0);
    expect(flagged).toBeLessThan(0.14);
  });

  it('takes the pages of a document together', () => {
    const pages = [...document(1, 9).pages, page(-1)];
    const { probabilities } = document(1);
    const oneOfTen = noneOfTheseScore(model, { pages, probabilities });
    const alone = noneOfTheseScore(model, { pages: [page(-1)], probabilities });
    expect(alone).toBeGreaterThan(0.95);
    expect(oneOfTen).toBeLessThan(alone);
  });

  it('says nothing where too few documents are known, none was learnt, or the network gives no numbers', () => {
    expect(fitOutlierModel({ training, known: known.slice(0, 7) })).toBeNull();
    expect(fitOutlierModel({ training: [], known })).toBeNull();
    const broken = { label: 0, embedding: new Array(3 * hidden).fill(Number.NaN) };
    expect(fitOutlierModel({ training: [...training, broken], known })).toBeNull();
  });

  it('is the same from its file, and is missing in a folder without one', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'outlier-'));
    try {
      expect(await findOutlierModel(folder)).toBeNull();
      await writeOutlierModel(folder, model);
      const read = await findOutlierModel(folder);
      if (!read) throw new Error('the file is there');
      const stranger = document(-1, 2);
      expect(noneOfTheseScore(read, stranger)).toBe(noneOfTheseScore(model, stranger));
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
