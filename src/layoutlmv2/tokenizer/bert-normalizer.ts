/**
 * The text normalisation and the word splitting of uncased BERT: clean, space out CJK, strip accents, lower-case,
 * split at white space and punctuation. It does not know a vocabulary (tokenizer.ts does).
 *
 * Written here rather than taken from @huggingface/tokenizers 0.2, which differs from the reference tokenizer on two of
 * the 68 reference cases: it lower-cases whole strings (so a final Σ becomes ς) and misses CJK outside the first plane.
 */

import { isControl, isNonSpacingMark, isPunctuation, isWhiteSpace } from './bert-character-classes.js';

/** What the normaliser does to letters; `stripAccents: null` follows `lowerCase`, as in BERT's own settings. */
export type BertNormalizerOptions = {
  readonly lowerCase: boolean;
  readonly stripAccents: boolean | null;
};

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;
const REPLACEMENT_CHARACTER = 0xfffd;

// The gap 2B820–2B91F is a quirk of the reference tokenizer, kept because its ids are what the weights were trained on.
const CJK_RANGES: readonly (readonly [number, number])[] = [
  [0x4e00, 0x9fff],
  [0x3400, 0x4dbf],
  [0x20000, 0x2a6df],
  [0x2a700, 0x2b73f],
  [0x2b740, 0x2b81f],
  [0x2b920, 0x2ceaf],
  [0xf900, 0xfaff],
  [0x2f800, 0x2fa1f],
];

// They have had a decomposition since Unicode 13 or later, which the reference does not know. The group keeps them in `split`.
const YOUNGER_LETTERS =
  /([\u{105c9}\u{105e4}\u{11383}\u{11385}\u{1138e}\u{11391}\u{113c5}\u{113c7}\u{113c8}\u{11938}\u{16121}-\u{16128}\u{16d68}-\u{16d6a}])/u;

/**
 * The normalised text: control characters deleted, white space turned into spaces, CJK ideographs spaced out, accents
 * stripped (NFD without category Mn) and lower-cased code point by code point.
 */
export function normalizeText(text: string, { lowerCase, stripAccents }: BertNormalizerOptions): string {
  if (PRINTABLE_ASCII.test(text)) return lowerCase ? text.toLowerCase() : text;
  let cleaned = '';
  for (const character of text) cleaned += cleanCharacter(character);
  const stripped = (stripAccents ?? lowerCase) ? stripMarks(decompose(cleaned)) : cleaned;
  return lowerCase ? lowerCaseEachCharacter(stripped) : stripped;
}

/** Splits a normalised text at white space, and every punctuation character out as a token of its own. */
export function splitTokens(normalized: string): string[] {
  const tokens: string[] = [];
  let current = '';
  for (const character of normalized) {
    const codePoint = character.codePointAt(0) ?? 0;
    const isMark = isPunctuation(codePoint);
    if (!isMark && !isWhiteSpace(codePoint)) {
      current += character;
      continue;
    }
    if (current !== '') tokens.push(current);
    current = '';
    if (isMark) tokens.push(character);
  }
  if (current !== '') tokens.push(current);
  return tokens;
}

function cleanCharacter(character: string): string {
  // Tab, line feed and carriage return are controls by category but count as white space; U+0085 is deleted.
  if (character === '\t' || character === '\n' || character === '\r') return ' ';
  const codePoint = character.codePointAt(0) ?? 0;
  if (codePoint === REPLACEMENT_CHARACTER || isControl(codePoint)) return '';
  if (isWhiteSpace(codePoint)) return ' ';
  return isCjk(codePoint) ? ` ${character} ` : character;
}

/** Canonical decomposition (NFD) of the letters that the reference can take apart. */
function decompose(text: string): string {
  // Every second part is one of the letters to leave alone.
  const parts = text.split(YOUNGER_LETTERS);
  return parts.map((part, index) => (index % 2 === 1 ? part : part.normalize('NFD'))).join('');
}

function stripMarks(decomposed: string): string {
  let stripped = '';
  for (const character of decomposed) {
    if (!isNonSpacingMark(character.codePointAt(0) ?? 0)) stripped += character;
  }
  return stripped;
}

function isCjk(codePoint: number): boolean {
  return codePoint >= 0x3400 && CJK_RANGES.some(([first, last]) => codePoint >= first && codePoint <= last);
}

/** A whole-string `toLowerCase` would apply the final-sigma rule, which the reference does not. */
function lowerCaseEachCharacter(text: string): string {
  let lowered = '';
  for (const character of text) lowered += character.toLowerCase();
  return lowered;
}
