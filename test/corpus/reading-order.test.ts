/** Words in a reader's order. */
import { describe, expect, it } from 'vitest';
import { inReadingOrder } from '../../corpus/reading-order.js';

const word = (text: string, x: number, y: number) => ({
  text,
  box: [x, y, x + 8 * text.length, y + 12] as const,
  confidence: 96,
});

/** Five lines of four words, the words named by column, line and place. */
const column = (name: string, x: number, rise = 0) =>
  Array.from({ length: 20 }, (_, index) =>
    word(
      `${name}${Math.floor(index / 4)}${index % 4}`,
      x + 40 * (index % 4),
      100 + 16 * Math.floor(index / 4) + rise * (index % 4),
    ),
  );

const orderOf = (words: Parameters<typeof inReadingOrder>[0]) =>
  inReadingOrder(words).map(({ text }) => text);

describe('reading order', () => {
  it('reads columns of prose one after the other, below a headline above both', () => {
    const [left, right] = [column('a', 20), column('b', 260)];
    const head = word('headline across both columns', 20, 60);
    const wanted = [head, ...left, ...right].map(({ text }) => text);
    expect(orderOf([...right, head, ...left].reverse())).toEqual(wanted);
  });

  it('reads rows of labels and amounts across', () => {
    const rows = Array.from({ length: 8 }, (_, row) => [
      word(`label${row}`, 20, 100 + 20 * row),
      word(`${row}.00`, 400, 100 + 20 * row),
    ]).flat();
    expect(orderOf([...rows].reverse())).toEqual(rows.map(({ text }) => text));
  });

  it('follows lines that climb', () => {
    const words = column('a', 20, -2);
    expect(orderOf([...words].reverse())).toEqual(words.map(({ text }) => text));
  });
});
