import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { resizeBilinear } from '../../src/layoutlmv2/image-resize.js';
import { encodePage, normaliseBox, type WordBox } from '../../src/layoutlmv2/page-encoding.js';
import { createWordPieceTokenizer } from '../../src/layoutlmv2/tokenizer/wordpiece.js';

type ReferenceEncoding = { input_ids: number[]; bbox: number[][]; attention_mask: number[] };
type ReferenceCases = {
  vocab: string[];
  words: string[];
  boxes: [number, number, number, number][];
  plain: ReferenceEncoding;
  max12: ReferenceEncoding;
  short: ReferenceEncoding;
  empty: ReferenceEncoding;
};

const reference = JSON.parse(
  readFileSync(new URL('./fixtures/tokenizer_smallvocab.json', import.meta.url), 'utf8'),
) as ReferenceCases;
const compatible = createWordPieceTokenizer({ vocabulary: reference.vocab, recogniseSpecialTokens: true });
const words = reference.words.map((text, index) => ({
  text,
  box: reference.boxes[index] ?? ([0, 0, 0, 0] as const),
}));

/** The reference pads to a fixed length; we leave that to the batch. */
const withoutPadding = ({ input_ids, bbox, attention_mask }: ReferenceEncoding) => {
  const length = attention_mask.filter((value) => value === 1).length;
  return { ids: input_ids.slice(0, length), boxes: bbox.slice(0, length).flat() };
};
const encode = (pageWords: typeof words, maxTokens: number) => {
  const { inputIds, boxes } = encodePage({ words: pageWords, image: null }, compatible, { maxTokens });
  return { ids: Array.from(inputIds), boxes: Array.from(boxes) };
};
const wordAt = (box: WordBox) => [{ text: 'hello', box }];

describe('encoding a page', () => {
  it('gives the ids and boxes of the reference processor', () => {
    expect(encode(words, 512)).toEqual(withoutPadding(reference.plain));
    expect(encode(words, 12)).toEqual(withoutPadding(reference.max12));
    expect(encode(words.slice(0, 2), 12)).toEqual(withoutPadding(reference.short));
    expect(encode([], 512)).toEqual(withoutPadding(reference.empty));
  });

  it('counts the pieces that did not fit', () => {
    const all = encodePage({ words, image: null }, compatible, { maxTokens: 512 });
    const cut = encodePage({ words, image: null }, compatible, { maxTokens: 12 });
    expect(all.truncatedTokens).toBe(0);
    expect(cut.truncatedTokens).toBe(all.inputIds.length - 12);
  });

  it('keeps a page of exactly the longest length whole', () => {
    const { inputIds, truncatedTokens } = encodePage(
      { words: [...wordAt([0, 0, 1, 1]), ...wordAt([0, 0, 1, 1])], image: null },
      compatible,
      { maxTokens: 4 },
    );
    expect([inputIds.length, truncatedTokens]).toEqual([4, 0]);
  });

  it('clamps boxes to the page and puts their corners in order', () => {
    const { boxes } = encodePage({ words: wordAt([1200, 30.9, -5, 10]), image: null }, compatible, {
      maxTokens: 8,
    });
    expect(Array.from(boxes).slice(4, 8)).toEqual([0, 10, 1000, 30]);
  });

  it('names the word whose box is no box', () => {
    expect(() =>
      encodePage({ words: wordAt([0, Number.NaN, 1, 1]), image: null }, compatible, { maxTokens: 8 }),
    ).toThrow('word 0');
  });

  it('refuses a length without room for the special tokens', () => {
    expect(() => encodePage({ words: [], image: null }, compatible, { maxTokens: 1 })).toThrow('maxTokens 1');
  });

  it('shows the network the page in blue, green, red at 224×224', () => {
    const image = { width: 3, height: 2, data: Uint8Array.from({ length: 18 }, (_, index) => index * 14) };
    const encoded = encodePage({ words: [], image }, compatible, { maxTokens: 8 });
    const resized = resizeBilinear(image, 224, 224);
    expect(encoded.image).toHaveLength(224 * 224 * 3);
    expect([...encoded.image.subarray(300, 303)]).toEqual([...resized.data.subarray(300, 303)].reverse());
  });

  it('shows a page without a picture as white paper', () => {
    const { image } = encodePage({ words: [], image: null }, compatible, { maxTokens: 8 });
    expect(image).toHaveLength(224 * 224 * 3);
    expect(image.every((value) => value === 255)).toBe(true);
  });
});

describe('a box in pixels', () => {
  it('becomes a box of the page, truncated after dividing first', () => {
    expect(normaliseBox([10, 20, 30, 45], 762, 1000)).toEqual([13, 20, 39, 45]);
    expect(normaliseBox([0, 0, 762, 1000], 762, 1000)).toEqual([0, 0, 1000, 1000]);
  });

  it('has no meaning on a page without size', () => {
    expect(() => normaliseBox([0, 0, 1, 1], 0, 10)).toThrow('0×10');
  });
});
