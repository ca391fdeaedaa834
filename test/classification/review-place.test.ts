import { describe, expect, it } from 'vitest';
import { embeddingDistance, joinEmbeddings, packPageEmbedding } from '../../src/classification/embedding.js';
import { countCopies, reviewPlace } from '../../src/classification/review-place.js';
import { createRandom } from '../../src/layoutlmv2/random.js';

/** The embedding of a page of the small network; pages of one form differ by a little noise. */
function embedding(form: number, copy = 0, noise = 0.05): number[] {
  const [shape, own] = [createRandom(form), createRandom(1000 * form + copy)];
  // Networks put all pages into one corner of the space: a direction that all share.
  return Array.from({ length: 3 * 192 }, () => 1 + shape.uniform() + noise * own.uniform());
}

const cosineDistance = (left: readonly number[], right: readonly number[]) => {
  const dot = left.reduce((sum, value, index) => sum + value * (right[index] ?? 0), 0);
  return 1 - dot / (Math.hypot(...left) * Math.hypot(...right));
};

describe('an embedding that is kept', () => {
  it('is 64 bytes, the same whenever it is made', () => {
    expect(packPageEmbedding(embedding(1))).toHaveLength(64);
    expect(packPageEmbedding(embedding(1))).toEqual(packPageEmbedding(embedding(1)));
  });

  it('keeps how far apart pages are, about', () => {
    const random = createRandom(7);
    const centred = (seed: number) => {
      const own = createRandom(seed);
      return Array.from({ length: 576 }, () => own.uniform() - 0.5);
    };
    for (let pair = 0; pair < 50; pair += 1) {
      const left = centred(random.integer(1000));
      const share = random.uniform();
      const right = centred(random.integer(1000)).map(
        (value, index) => share * value + (1 - share) * (left[index] ?? 0),
      );
      const kept = embeddingDistance(packPageEmbedding(left), packPageEmbedding(right));
      // The standard error of a cosine of 64 projections is at most 1/8; four of them.
      expect(Math.abs(kept - cosineDistance(left, right))).toBeLessThan(0.5);
    }
  });

  it('is nothing from itself, and the opposite is as far as can be', () => {
    const page = packPageEmbedding(embedding(3));
    expect(embeddingDistance(page, page)).toBeCloseTo(0, 12);
    expect(embeddingDistance(page, packPageEmbedding(embedding(3).map((value) => -value)))).toBeCloseTo(2, 3);
  });

  it('of a document is between those of its pages', () => {
    const [first, second] = [packPageEmbedding(embedding(1)), packPageEmbedding(embedding(2))];
    const whole = joinEmbeddings([first, second]);
    const apart = embeddingDistance(first, second);
    expect(embeddingDistance(whole, first)).toBeLessThan(apart);
    expect(embeddingDistance(whole, second)).toBeLessThan(apart);
    expect(embeddingDistance(joinEmbeddings([first]), first)).toBeLessThan(1e-4);
  });
});

describe('copies of a document', () => {
  const pack = (form: number, copy: number) => packPageEmbedding(embedding(form, copy));

  it('are told from other documents, however many they are', () => {
    for (const copies of [1, 20, 200]) {
      const others = [
        ...Array.from({ length: copies }, (_, index) => pack(1, index + 1)),
        ...[2, 3, 4, 5].map((form) => pack(form, 0)),
      ];
      expect(countCopies(pack(1, 0), others)).toBe(copies);
      expect(countCopies(pack(9, 0), others)).toBe(0);
    }
  });

  it('are those that are the same where nothing else is there', () => {
    expect(countCopies(pack(1, 0), [])).toBe(0);
    expect(countCopies(pack(1, 0), [pack(1, 0), pack(1, 0)])).toBe(2);
    expect(countCopies(pack(1, 0), [pack(2, 0)])).toBe(0);
  });
});

describe('the place of a document in the review queue', () => {
  const prediction = (scores: number[], entropy: number, margin: number) => ({ scores, entropy, margin });

  it('is by how uncertain the model is, from 0 to 1', () => {
    const none = reviewPlace(prediction([1, 0, 0], 0, 1), 0);
    expect(none).toEqual({ reviewByEntropy: 0, reviewByMargin: 0 });
    const all = reviewPlace(prediction([0.25, 0.25, 0.25, 0.25], Math.log(4), 0), 0);
    expect(all).toEqual({ reviewByEntropy: 1, reviewByMargin: 1 });
    // Of two labels that are left when others are masked, even is as uncertain as can be.
    expect(reviewPlace(prediction([0.5, 0.5, 0, 0], Math.LN2, 0), 0).reviewByEntropy).toBe(1);
  });

  it('counts less the more like it wait already', () => {
    const places = [0, 1, 19].map((copies) => reviewPlace(prediction([0.5, 0.5], Math.LN2, 0.2), copies));
    expect(places.map(({ reviewByEntropy }) => reviewByEntropy)).toEqual([1, 1 / 2, 1 / 20]);
    expect(places.map(({ reviewByMargin }) => reviewByMargin)).toEqual([0.8, 0.4, 0.04]);
  });
});
