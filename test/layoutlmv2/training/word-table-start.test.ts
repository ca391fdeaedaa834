/** What a word table from scratch knows of its words before anything is learnt. */
import { describe, expect, it } from 'vitest';
import { WORD_TABLE } from '../../../src/layoutlmv2/gradients.js';
import { initialiseWeights } from '../../../src/layoutlmv2/initialise.js';
import { modelConfig } from '../../../src/layoutlmv2/model-sizes.js';
import type { TrainingExample } from '../../../src/layoutlmv2/training/examples.js';
import { startWordTable } from '../../../src/layoutlmv2/training/word-table-start.js';

const config = modelConfig('tiny', 40);
const labelCount = 2;
const drawn = initialiseWeights(config, labelCount, 1);
const [invoiceWord, letterWord, commonWord, rareWord, absentWord] = [10, 11, 12, 13, 14] as const;

function pageOf(label: number, ids: readonly number[]): TrainingExample {
  const inputIds = [2, ...ids, 3];
  const boxes = inputIds.flatMap(() => [0, 0, 10, 10]);
  return { unit: 'page', label, page: { inputIds, boxes, image: new Uint8Array(), truncatedTokens: 0 } };
}

const examples = Array.from({ length: 40 }, (_, page) => {
  const label = page % 2;
  return pageOf(label, [
    label === 0 ? invoiceWord : letterWord,
    commonWord,
    ...(page === 0 ? [rareWord] : []),
  ]);
});

/** What was added to a word's row. */
async function additionOf(word: number): Promise<number[]> {
  const { data } =
    (await startWordTable(drawn, config, { labelCount, seed: 1, examples })).get(WORD_TABLE) ?? {};
  const before = drawn.get(WORD_TABLE)?.data;
  const { hiddenSize } = config;
  return Array.from({ length: hiddenSize }, (_, dimension) => {
    const at = word * hiddenSize + dimension;
    return (data?.[at] ?? Number.NaN) - (before?.[at] ?? Number.NaN);
  });
}

const lengthOf = (row: readonly number[]) => Math.hypot(...row);

/** 1 for rows in the same direction, −1 for rows in opposite ones. */
const cosineOf = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0) / (lengthOf(a) * lengthOf(b));

describe('the word table of a network from scratch', () => {
  it('has words of different classes point in opposite directions', async () => {
    // Of two classes, what speaks for one speaks against the other; the projection's directions are not quite at right angles.
    expect(cosineOf(await additionOf(invoiceWord), await additionOf(letterWord))).toBeLessThan(-0.6);
  });

  it('says nothing by words that are on all pages or on none', async () => {
    const told = lengthOf(await additionOf(invoiceWord));
    // Single precision of rows that are a few hundredths long.
    expect(lengthOf(await additionOf(commonWord))).toBeLessThan(1e-6 * told);
    expect(await additionOf(absentWord)).toEqual(new Array(config.hiddenSize).fill(0));
  });

  it('says little by a word that was on one page', async () => {
    const [rare, told] = [lengthOf(await additionOf(rareWord)), lengthOf(await additionOf(invoiceWord))];
    expect(rare).toBeGreaterThan(0);
    expect(rare).toBeLessThan(told / 3);
  });

  it('leaves all other weights as drawn, and is the same for the same seed', async () => {
    const options = { labelCount, seed: 1, examples };
    const [first, again] = [
      await startWordTable(drawn, config, options),
      await startWordTable(drawn, config, options),
    ];
    for (const [name, { data }] of first) {
      if (name !== WORD_TABLE) expect(data).toBe(drawn.get(name)?.data);
    }
    expect(again.get(WORD_TABLE)).toEqual(first.get(WORD_TABLE));
    expect(first.get(WORD_TABLE)?.data).not.toEqual(drawn.get(WORD_TABLE)?.data);
  });
});
