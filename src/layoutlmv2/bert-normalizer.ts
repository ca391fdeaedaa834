/**
 * The text normalisation and the word splitting of uncased BERT: clean, space out CJK, strip accents, lower-case,
 * split at white space and punctuation. It does not know a vocabulary (tokenizer.ts does).
 *
 * Written here rather than taken from @huggingface/tokenizers 0.2, which differs from the reference tokenizer on two of
 * the 68 reference cases: it lower-cases whole strings (so a final Σ becomes ς) and misses CJK outside the first plane.
 */

/** What the normaliser does to letters; `stripAccents: null` follows `lowerCase`, as in BERT's own settings. */
export type BertNormalizerOptions = {
  readonly lowerCase: boolean;
  readonly stripAccents: boolean | null;
};

const CONTROL = /^[\p{Cc}\p{Cf}\p{Co}\p{Cs}]$/u;
const WHITE_SPACE = /^\p{White_Space}$/u;
const PUNCTUATION = /^\p{P}$/u;
const NON_SPACING_MARK = /\p{Mn}/gu;
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;
const REPLACEMENT_CHARACTER = '\ufffd';

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

/**
 * The normalised text: control characters deleted, white space turned into spaces, CJK ideographs spaced out, accents
 * stripped (NFD without category Mn) and lower-cased code point by code point.
 */
export function normalizeText(text: string, { lowerCase, stripAccents }: BertNormalizerOptions): string {
  if (PRINTABLE_ASCII.test(text)) return lowerCase ? text.toLowerCase() : text;
  let cleaned = '';
  for (const character of text) cleaned += cleanCharacter(character);
  const stripped =
    (stripAccents ?? lowerCase) ? cleaned.normalize('NFD').replace(NON_SPACING_MARK, '') : cleaned;
  return lowerCase ? lowerCaseEachCharacter(stripped) : stripped;
}

/** Splits a normalised text at white space, and every punctuation character out as a token of its own. */
export function splitTokens(normalized: string): string[] {
  const tokens: string[] = [];
  let current = '';
  for (const character of normalized) {
    const kind = separatorKind(character);
    if (kind === 'none') {
      current += character;
      continue;
    }
    if (current !== '') tokens.push(current);
    current = '';
    if (kind === 'punctuation') tokens.push(character);
  }
  if (current !== '') tokens.push(current);
  return tokens;
}

function cleanCharacter(character: string): string {
  // Tab, line feed and carriage return are controls by category but count as white space; U+0085 is deleted.
  if (character === '\t' || character === '\n' || character === '\r') return ' ';
  if (character === REPLACEMENT_CHARACTER || CONTROL.test(character)) return '';
  if (WHITE_SPACE.test(character)) return ' ';
  return isCjk(character.codePointAt(0) ?? 0) ? ` ${character} ` : character;
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

function separatorKind(character: string): 'none' | 'space' | 'punctuation' {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) {
    if (code === 0x20 || (code >= 0x09 && code <= 0x0d)) return 'space';
    // All of ASCII that is neither letter, digit, space nor control, symbols such as $ + < = > ^ ` | ~ included.
    const isPunctuation =
      (code >= 33 && code <= 47) ||
      (code >= 58 && code <= 64) ||
      (code >= 91 && code <= 96) ||
      (code >= 123 && code <= 126);
    return isPunctuation ? 'punctuation' : 'none';
  }
  if (WHITE_SPACE.test(character)) return 'space';
  return PUNCTUATION.test(character) ? 'punctuation' : 'none';
}
