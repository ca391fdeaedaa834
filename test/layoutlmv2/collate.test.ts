import { describe, expect, it } from 'vitest';
import { collate, paddedLength } from '../../src/layoutlmv2/collate.js';
import type { EncodedPage } from '../../src/layoutlmv2/encoded-page.js';
import { modelConfig } from '../../src/layoutlmv2/model-sizes.js';
import { cellBoxes } from '../../src/layoutlmv2/network-inputs.js';
import { relativePositionBucket } from '../../src/layoutlmv2/relative-position.js';

const config = modelConfig('tiny', 100);

function page(tokens: number, overrides: Partial<EncodedPage> = {}): EncodedPage {
  return {
    inputIds: Array.from({ length: tokens }, (_, index) => 1 + (index % 99)),
    boxes: Array.from({ length: tokens * 4 }, (_, index) => (index % 4 < 2 ? 10 : 20)),
    image: new Uint8Array(224 * 224 * 3).fill(tokens),
    truncatedTokens: 0,
    ...overrides,
  };
}

describe('putting pages into a batch', () => {
  it('pads to the longest page, rounded up to a bucket', () => {
    const batch = collate([page(3), page(40)], config);
    expect(batch).toMatchObject({ pages: 2, tokens: 64, tokenCounts: [3, 40] });
    expect([...batch.inputIds.slice(0, 5)]).toEqual([1, 2, 3, 0, 0]);
    expect([...batch.boxes.slice(8, 16)]).toEqual([10, 10, 20, 20, 0, 0, 0, 0]);
    expect(batch.inputIds[64]).toBe(1);
    expect(batch.images[224 * 224 * 3]).toBe(40);
  });

  it('never pads beyond the positions a network has', () => {
    expect(paddedLength(40, { ...config, maxPositionEmbeddings: 50 })).toBe(50);
    expect(paddedLength(512, config)).toBe(512);
    expect(paddedLength(600, { ...config, maxPositionEmbeddings: 1024 })).toBe(600);
  });

  it.each([
    [page(513), /513 tokens.*1 to 512/],
    [page(0), /0 tokens/],
    [page(2, { inputIds: [1, 100] }), /token id 100.*0 to 99/],
    [page(2, { inputIds: [1, -1] }), /token id -1/],
    [page(1, { boxes: [0, 0, 0] }), /3 box coordinates/],
    [page(1, { boxes: [30, 0, 20, 0] }), /box \[30, 0, 20, 0\]/],
    [page(1, { boxes: [0, 0, 1001, 0] }), /box \[0, 0, 1001, 0\]/],
    [page(1, { boxes: [0, 0.5, 1, 1] }), /box \[0, 0.5, 1, 1\]/],
    [page(1, { image: new Uint8Array(3) }), /3 bytes/],
  ])('refuses a page the network cannot read (%#)', (unreadable, message) => {
    expect(() => collate([page(2), unreadable], config)).toThrow(message);
  });

  it('refuses to make a batch of nothing', () => {
    expect(() => collate([], config)).toThrow(/at least one page/);
  });
});

describe('positions', () => {
  it('put the image cells on a grid of thousandths', () => {
    const boxes = cellBoxes(7, 7);
    expect([...boxes.slice(0, 8)]).toEqual([0, 0, 142, 142, 142, 0, 285, 142]);
    expect([...boxes.slice(-4)]).toEqual([857, 857, 1000, 1000]);
  });

  it('fall into buckets that widen with the distance', () => {
    const starts = (bins: number, limit: number): number[] => {
      const found: number[] = [];
      for (let n = 0; n <= 1100; n++) found[relativePositionBucket(-n, bins, limit)] ??= n;
      return found;
    };
    expect(starts(32, 128)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 23, 32, 46, 64, 91]);
    expect(starts(64, 256).slice(16)).toEqual([
      16, 20, 23, 27, 32, 39, 46, 54, 64, 77, 91, 108, 128, 153, 182, 216,
    ]);
  });

  it('keep the two directions apart', () => {
    expect(relativePositionBucket(5, 32, 128)).toBe(16 + relativePositionBucket(-5, 32, 128));
  });
});
