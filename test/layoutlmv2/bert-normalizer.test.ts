import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { normalizeText, splitTokens } from '../../src/layoutlmv2/bert-normalizer.js';

type ReferenceCase = { text: string; normalized: string; pretokens: string[] };

const cases = JSON.parse(
  readFileSync(new URL('./fixtures/bert_normalize.json', import.meta.url), 'utf8'),
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

  it('deletes half a surrogate pair, which no text encoding can carry', () => {
    expect(normalizeText('a\ud800b', uncased)).toBe('ab');
  });
});
