import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { normalizeText, splitTokens } from '../../../src/layoutlmv2/tokenizer/bert-normalizer.js';

type ReferenceCase = { text: string; normalized: string; pretokens: string[] };

const cases = JSON.parse(
  readFileSync(new URL('../fixtures/bert_normalize.json', import.meta.url), 'utf8'),
) as ReferenceCase[];
const uncased = { lowerCase: true, stripAccents: null };

describe('the normalisation of uncased BERT', () => {
  it('has all 68 reference cases to agree with', () => {
    expect(cases).toHaveLength(68);
  });

  it.each(cases)('normalises and splits $text as the reference does', ({ text, normalized, pretokens }) => {
    expect(normalizeText(text, uncased)).toBe(normalized);
    expect(splitTokens(normalizeText(text, uncased))).toEqual(pretokens);
  });

  it('keeps case and accents when asked to', () => {
    expect(normalizeText('Café Σ', { lowerCase: false, stripAccents: null })).toBe('Café Σ');
    expect(normalizeText('Café', { lowerCase: true, stripAccents: false })).toBe('café');
    expect(normalizeText('Café', { lowerCase: false, stripAccents: true })).toBe('Cafe');
  });

  it('leaves alone what the reference, with its older Unicode, does not know', () => {
    // A mark, a format character and a decomposition that are younger than it, and punctuation that is none any more.
    expect(normalizeText('a\u07fdb', uncased)).toBe('a\u07fdb');
    expect(normalizeText('a\u{13430}b', uncased)).toBe('a\u{13430}b');
    expect(normalizeText('é\u{105c9}é', uncased)).toBe('e\u{105c9}e');
    expect(splitTokens('a\u166db')).toEqual(['a', '\u166d', 'b']);
    expect(splitTokens('a\u2e43b')).toEqual(['a\u2e43b']);
  });

  it('deletes half a surrogate pair, which no text encoding can carry', () => {
    expect(normalizeText('a\ud800b', uncased)).toBe('ab');
  });
});
