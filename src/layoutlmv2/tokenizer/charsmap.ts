/**
 * SentencePiece's compiled normalisation ("precompiled charsmap"): a table from short texts to what replaces them, mostly NFKC.
 * The bytes are four of length, a double-array trie over UTF-8 (Darts' format), and the replacements, each ended by a zero.
 * When and how often it is applied differs between the libraries that read it: the two functions at the end.
 */

/** A table of replacements. */
export type Charsmap = {
  /** The units of the double array. */
  readonly units: Uint32Array;
  /** Replacement texts in UTF-8, each ended by a zero. */
  readonly replacements: Buffer;
};

type Match = { readonly bytes: number; readonly replacement: string };

// The longest of Unicode's compatibility forms (U+FDFA) has 33 bytes; this bounds how much longer a text can become.
const MAX_REPLACEMENT_BYTES = 128;

// Much longer than nearly every grapheme, and short enough for the segmenter.
const SEGMENTED_UNITS = 256;

// Where a unit of the double array keeps what: as in Darts-clone.
const LEAF_FLAG = 1 << 8;
const EXTENSION_FLAG = 1 << 9;
const VALUE_FLAG = 0x80000000;
const LABEL_MASK = 0x800000ff;

// Longer graphemes are looked up character by character only: a rule of the tokenizers library.
const MAX_GRAPHEME_BYTES = 5;

/**
 * Reads a charsmap; `undefined` for an empty one, which changes nothing.
 *
 * @throws Error starting with `what` when its parts do not fit together.
 */
export function parseCharsmap(bytes: Uint8Array, what: string): Charsmap | undefined {
  if (bytes.length === 0) return undefined;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const damaged = (detail: string) => new Error(`${what} has a damaged normalisation table: ${detail}.`);
  if (buffer.length < 4) throw damaged(`${buffer.length} bytes`);
  const trieBytes = buffer.readUInt32LE(0);
  if (trieBytes === 0 || trieBytes % 4 !== 0 || trieBytes > buffer.length - 4) {
    throw damaged(`a trie of ${trieBytes} bytes in ${buffer.length}`);
  }
  const units = new Uint32Array(trieBytes / 4);
  for (let index = 0; index < units.length; index += 1) units[index] = buffer.readUInt32LE(4 + 4 * index);
  const replacements = buffer.subarray(4 + trieBytes);
  let start = 0;
  while (start < replacements.length) {
    const end = replacements.indexOf(0, start);
    if (end < 0) throw damaged('a replacement without its end');
    if (end - start > MAX_REPLACEMENT_BYTES) throw damaged(`a replacement of ${end - start} bytes`);
    start = end + 1;
  }
  for (const unit of units) {
    const isValue = (unit & VALUE_FLAG) !== 0;
    if (isValue && valueIn(unit) >= replacements.length) throw damaged(`the replacement ${valueIn(unit)}`);
  }
  return { units, replacements };
}

/** As sentencepiece does: from left to right, at each place the longest text of the table. */
export function replaceLongest(text: string, charsmap: Charsmap): string {
  const bytes = Buffer.from(text);
  const parts: string[] = [];
  let copied = 0;
  let at = 0;
  while (at < bytes.length) {
    const match = findMatch(charsmap, bytes, at, bytes.length, 'longest');
    if (match === undefined) {
      at += codePointBytes(bytes[at] ?? 0);
      continue;
    }
    if (copied < at) parts.push(bytes.toString('utf8', copied, at));
    parts.push(match.replacement);
    at += match.bytes;
    copied = at;
  }
  parts.push(bytes.toString('utf8', copied));
  return parts.join('');
}

/**
 * As the tokenizers library does: a short grapheme is replaced whole as soon as it starts with a text of the table (the
 * shortest; its other characters are lost), other graphemes character by character.
 */
export function replaceGraphemes(text: string, charsmap: Charsmap): string {
  const parts: string[] = [];
  const find = (part: string) => {
    const bytes = Buffer.from(part);
    return findMatch(charsmap, bytes, 0, bytes.length, 'shortest');
  };
  for (const grapheme of graphemesOf(text)) {
    const whole = Buffer.byteLength(grapheme) <= MAX_GRAPHEME_BYTES ? find(grapheme) : undefined;
    if (whole !== undefined) parts.push(whole.replacement);
    else for (const character of grapheme) parts.push(find(character)?.replacement ?? character);
  }
  return parts.join('');
}

const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });

/** The segmenter takes a time of the square of a text's length, so it gets a window of the text after another. */
function* graphemesOf(text: string): Iterable<string> {
  // Segmenting is slow, and most words need none.
  if (/^[\x20-\x7e]*$/.test(text)) yield* text;
  else {
    let start = 0;
    let size = SEGMENTED_UNITS;
    while (start < text.length) {
      const end = Math.min(text.length, start + size);
      const isCut = /[\ud800-\udbff]/.test(text[end - 1] ?? '') && end < text.length;
      const window = text.slice(start, isCut ? end - 1 : end);
      const graphemes = Array.from(segmenter.segment(window), ({ segment }) => segment);
      // The last one may go on behind the window.
      const known = end < text.length ? graphemes.slice(0, -1) : graphemes;
      yield* known;
      for (const grapheme of known) start += grapheme.length;
      size = known.length === 0 ? 2 * size : SEGMENTED_UNITS;
    }
  }
}

function findMatch(
  { units, replacements }: Charsmap,
  bytes: Uint8Array,
  from: number,
  to: number,
  which: 'longest' | 'shortest',
): Match | undefined {
  let node = offsetOf(units[0] ?? 0);
  let found: { bytes: number; value: number } | undefined;
  for (let at = from; at < to; at += 1) {
    const byte = bytes[at] ?? 0;
    // Darts takes a zero for the end of a key.
    if (byte === 0) break;
    node ^= byte;
    const unit = units[node];
    // Outside of a damaged table nothing is found.
    if (unit === undefined || (unit & LABEL_MASK) !== byte) break;
    node ^= offsetOf(unit);
    if ((unit & LEAF_FLAG) === 0) continue;
    found = { bytes: at + 1 - from, value: valueIn(units[node] ?? 0) };
    if (which === 'shortest') break;
  }
  if (found === undefined) return undefined;
  const end = replacements.indexOf(0, found.value);
  return { bytes: found.bytes, replacement: replacements.toString('utf8', found.value, end) };
}

function offsetOf(unit: number): number {
  return (unit >>> 10) << ((unit & EXTENSION_FLAG) >>> 6);
}

function valueIn(unit: number): number {
  return unit & ~VALUE_FLAG;
}

/** Bytes of the UTF-8 character that starts with this byte. */
function codePointBytes(first: number): number {
  if (first < 0x80) return 1;
  if (first < 0xe0) return 2;
  return first < 0xf0 ? 3 : 4;
}
