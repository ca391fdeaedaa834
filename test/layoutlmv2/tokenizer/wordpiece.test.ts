import { describe, expect, it } from 'vitest';
import { createWordPieceTokenizer, parseVocabulary } from '../../../src/layoutlmv2/tokenizer/wordpiece.js';

const vocabulary = [
  '[PAD]',
  '[UNK]',
  '[CLS]',
  '[SEP]',
  '[MASK]',
  'un',
  '##aff',
  '##able',
  '[',
  'sep',
  ']',
  'a',
  '##a',
  '😀',
];
const tokenizer = createWordPieceTokenizer({ vocabulary });

const piecesOf = (word: string) => [...tokenizer.tokenizeWord(word)].map(tokenizer.getPiece);

describe('WordPiece', () => {
  it('takes the longest piece that fits, again and again', () => {
    expect(piecesOf('Unaffable')).toEqual(['un', '##aff', '##able']);
  });

  it('makes the whole token unknown when any part of it is', () => {
    expect(piecesOf('unaffx')).toEqual(['[UNK]']);
    expect(piecesOf('aax[a')).toEqual(['[UNK]', '[', 'a']);
  });

  it('makes a token of more than 100 code points unknown', () => {
    expect(piecesOf('a'.repeat(100))).toHaveLength(100);
    expect(piecesOf('a'.repeat(101))).toEqual(['[UNK]']);
  });

  it('counts and cuts by code points, never inside one', () => {
    expect(piecesOf('😀')).toEqual(['😀']);
    expect(piecesOf('😀😀')).toEqual(['[UNK]']);
  });

  it('gives nothing for a word that normalises to nothing', () => {
    expect(piecesOf('\u200b')).toEqual([]);
    expect(piecesOf('')).toEqual([]);
  });

  it('does not let a page write special tokens, unless told to be compatible', () => {
    expect(piecesOf('[SEP]')).toEqual(['[', 'sep', ']']);
    const compatible = createWordPieceTokenizer({ vocabulary, recogniseSpecialTokens: true });
    expect([...compatible.tokenizeWord('a[SEP]a')]).toEqual([11, 3, 11]);
    expect([...compatible.tokenizeWord('[sep]')]).toEqual([8, 9, 10]);
  });

  it('gives the same ids the second time', () => {
    expect([...tokenizer.tokenizeWord('unaffable')]).toEqual([...tokenizer.tokenizeWord('unaffable')]);
  });

  it('refuses a vocabulary without its special tokens', () => {
    expect(() => createWordPieceTokenizer({ vocabulary: ['[PAD]', '[UNK]', '[CLS]', 'a'] })).toThrow('[SEP]');
  });

  it('names an id that is no piece', () => {
    expect(() => tokenizer.getPiece(99)).toThrow('99');
  });
});

describe('a vocabulary file', () => {
  it('has one piece a line and keeps inner blanks', () => {
    expect(parseVocabulary('[PAD]\na b\r\n\nc\n')).toEqual(['[PAD]', 'a b', '', 'c']);
    expect(parseVocabulary('a\nb')).toEqual(['a', 'b']);
  });
});
