import { describe, expect, it } from 'vitest';
import { trainWordPieceVocabulary } from '../../../src/layoutlmv2/tokenizer/vocabulary-training.js';
import { createWordPieceTokenizer, SPECIAL_TOKENS } from '../../../src/layoutlmv2/tokenizer/wordpiece.js';

const words = new Map([
  ['Invoice', 40],
  ['invoices', 12],
  ['INVOICED', 5],
  ['voice', 9],
  ['total:', 30],
  ['totals', 4],
  ['Zürich', 7],
  ['aaaaaaaa', 6],
  ['onceonly', 1],
]);
const CHARACTERS = trainWordPieceVocabulary([], { size: 500 }).length;

const tokenize = (vocabulary: readonly string[], word: string) => {
  const tokenizer = createWordPieceTokenizer({ vocabulary });
  return [...tokenizer.tokenizeWord(word)].map(tokenizer.getPiece);
};

describe('training a vocabulary', () => {
  it('starts with the special tokens, padding as 0, and knows ASCII from the start', () => {
    const vocabulary = trainWordPieceVocabulary([], { size: 500 });
    expect(vocabulary.slice(0, 5)).toEqual([...SPECIAL_TOKENS]);
    expect(vocabulary).toContain('##7');
    expect(tokenize(vocabulary, 'Qx-9!')).toEqual(['q', '##x', '-', '9', '!']);
    // Punctuation always stands alone.
    expect(vocabulary).not.toContain('##-');
  });

  it('joins what occurs together most often', () => {
    const vocabulary = trainWordPieceVocabulary(words, { size: 400 });
    expect(tokenize(vocabulary, 'invoice')).toEqual(['invoice']);
    expect(tokenize(vocabulary, 'Total')).toEqual(['total']);
    expect(tokenize(vocabulary, 'zurich')).toEqual(['zurich']);
    expect(tokenize(vocabulary, 'onceonly').length).toBeGreaterThan(1);
  });

  it('joins neighbours in the order of their counts, worked out by hand', () => {
    // ab: 5+3, b c: 5, b d: 3. First a+##b (8), then ab+##c (5), then ab+##d (3).
    const counts = new Map([
      ['abc', 5],
      ['abd', 3],
    ]);
    const vocabulary = trainWordPieceVocabulary(counts, { size: 500 });
    expect(vocabulary.slice(CHARACTERS)).toEqual(['ab', 'abc', 'abd']);
  });

  it('joins runs of one character from the left', () => {
    // a ##a ##a ##a ##a: (##a, ##a) three times a word, (a, ##a) once.
    const vocabulary = trainWordPieceVocabulary(new Map([['aaaaa', 2]]), { size: CHARACTERS + 3 });
    expect(vocabulary.slice(CHARACTERS)).toEqual(['##aa', 'aaa', 'aaaaa']);
  });

  it('has no piece twice and no more than asked for', () => {
    const vocabulary = trainWordPieceVocabulary(words, { size: CHARACTERS + 10 });
    expect(vocabulary).toHaveLength(CHARACTERS + 10);
    expect(new Set(vocabulary).size).toBe(vocabulary.length);
  });

  it('ends early when nothing is frequent enough', () => {
    const vocabulary = trainWordPieceVocabulary(['alpha', 'beta'], { size: 500, minimumFrequency: 3 });
    expect(vocabulary).toHaveLength(CHARACTERS);
  });

  it('depends on the counts alone, not on the order', () => {
    const reversed = new Map([...words].reverse());
    const spelledOut = [...words].flatMap(([word, count]) => new Array<string>(count).fill(word));
    const expected = trainWordPieceVocabulary(words, { size: 300 });
    expect(trainWordPieceVocabulary(reversed, { size: 300 })).toEqual(expected);
    expect(trainWordPieceVocabulary(spelledOut, { size: 300 })).toEqual(expected);
  });

  it('keeps the most frequent characters where there are too many', () => {
    const many = new Map([...'йцукен'].map((character, index) => [character.repeat(2), index + 2]));
    const vocabulary = trainWordPieceVocabulary(many, { size: 500, maximumAlphabet: 70 });
    // 94 printable ASCII characters are 68 in lower case.
    expect(vocabulary).toContain('##н');
    expect(vocabulary).toContain('##е');
    expect(vocabulary).not.toContain('й');
  });

  it('refuses a size without room for the characters, and counts that are none', () => {
    expect(() => trainWordPieceVocabulary([], { size: 50 })).toThrow('too small');
    expect(() => trainWordPieceVocabulary(new Map([['a', 0]]), { size: 500 })).toThrow('count 0');
  });
});
