/**
 * The Unigram tokenizer against ids recorded from the two libraries that define it, on a small model made for these tests; and
 * what a page may hold that those libraries are not prepared for.
 */
import { readFileSync } from 'node:fs';
import { Tokenizer } from '@huggingface/tokenizers';
import { describe, expect, it } from 'vitest';
import { parseSentencePieceModel } from '../../../src/layoutlmv2/tokenizer/sentencepiece-model.js';
import { createTokenizer } from '../../../src/layoutlmv2/tokenizer/tokenizer.js';
import { parseTokenizerJson } from '../../../src/layoutlmv2/tokenizer/tokenizer-json.js';
import { createUnigramTokenizer } from '../../../src/layoutlmv2/tokenizer/unigram.js';

type Case = { text: string; sentencepiece: number[]; tokenizers: number[] };

const read = (name: string) => readFileSync(new URL(`../fixtures/layoutxlm/${name}`, import.meta.url));
const modelBytes = read('sentencepiece.bpe.model');
const tokenizerJson: unknown = JSON.parse(read('tokenizer.json').toString());
const { cases, literals } = JSON.parse(read('ids.json').toString()) as {
  cases: Case[];
  literals: Pick<Case, 'text' | 'sentencepiece'>[];
};

const ofModelFile = createUnigramTokenizer(parseSentencePieceModel(modelBytes, 'the model'));
const ofTokenizerJson = createTokenizer(parseTokenizerJson(tokenizerJson, new Map(), 'the tokenizer'));

describe('Unigram', () => {
  it('gives exactly the ids of sentencepiece for its model file', () => {
    const found = cases.map(({ text }) => ({ text, ids: [...ofModelFile.tokenizeWord(text)] }));
    expect(found).toEqual(cases.map(({ text, sentencepiece }) => ({ text, ids: sentencepiece })));
  });

  it('gives exactly the ids of Hugging Face’s tokenizers for its tokenizer.json', () => {
    const found = cases.map(({ text }) => ({ text, ids: [...ofTokenizerJson.tokenizeWord(text)] }));
    expect(found).toEqual(cases.map(({ text, tokenizers }) => ({ text, ids: tokenizers })));
  });

  it('is not taken from @huggingface/tokenizers, which gives other ids for every eighth of these words', () => {
    const theirs = new Tokenizer(tokenizerJson as object, { tokenizer_class: 'LayoutXLMTokenizer' });
    const differing = cases.filter(
      ({ text, tokenizers }) =>
        theirs.encode(text, { add_special_tokens: false }).ids.join() !== tokenizers.join(),
    );
    expect(differing.length / cases.length).toBeGreaterThan(1 / 8);
    expect(differing.map(({ text }) => text)).toEqual(
      expect.arrayContaining(['soft\u00adhyphen', 'ﬁ\u0301', '👨‍👩‍👧', '\ufffd']),
    );
  });

  it('has the special ids of XLM-R', () => {
    const mask = ofModelFile.vocabularySize - 1;
    const expected = { classification: 0, padding: 1, separator: 2, unknown: 3, mask };
    expect(ofModelFile.specialIds).toEqual(expected);
    expect(ofTokenizerJson.specialIds).toEqual(expected);
    expect([0, 1, 2, 3, mask].map(ofModelFile.getPiece)).toEqual(['<s>', '<pad>', '</s>', '<unk>', '<mask>']);
  });

  it('does not let a page write special tokens', () => {
    for (const { text, sentencepiece } of literals) {
      expect([...ofModelFile.tokenizeWord(text)]).toEqual(sentencepiece);
      for (const tokenizer of [ofModelFile, ofTokenizerJson]) {
        const { classification, padding, separator, mask } = tokenizer.specialIds;
        const ids = tokenizer.tokenizeWord(text);
        expect([classification, padding, separator, mask].filter((id) => ids.includes(id))).toEqual([]);
      }
    }
  });

  it('takes halves of characters for unknown ones', () => {
    expect([...ofModelFile.tokenizeWord('a\ud800')]).toEqual([...ofModelFile.tokenizeWord('a\ufffd')]);
  });

  it('divides a word of a million characters', () => {
    const inside = '東e\u0301x\u00ad▁in'.repeat(1e5);
    for (const tokenizer of [ofModelFile, ofTokenizerJson]) {
      const once = tokenizer.tokenizeWord('東e\u0301x\u00ad▁in'.repeat(2)).length;
      const twice = tokenizer.tokenizeWord('東e\u0301x\u00ad▁in'.repeat(3)).length;
      expect(tokenizer.tokenizeWord(inside)).toHaveLength(once + (1e5 - 2) * (twice - once));
      expect(tokenizer.tokenizeWord(`x${'\u200d'.repeat(1e6)}`).length).toBeLessThan(3);
    }
  });
});
