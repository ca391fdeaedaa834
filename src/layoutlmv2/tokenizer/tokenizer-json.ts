/**
 * Reads `tokenizer.json`, the file of Hugging Face's tokenizers library, as far as networks of this family have it: WordPiece
 * with BERT's normaliser, and Unigram with SentencePiece's. What the file asks for and is not implemented is an error, because
 * leaving it out would silently give other ids.
 */
import { isJsonObject } from '../checkpoints/json.js';
import { isWhiteSpace } from './bert-character-classes.js';
import { type Charsmap, parseCharsmap, replaceGraphemes } from './charsmap.js';
import type { TokenizerModel } from './tokenizer.js';
import { BLANK_SYMBOL, checkPieces, UNKNOWN_PENALTY, type UnigramModel } from './unigram.js';
import type { SpecialIds } from './word-tokenizer.js';
import { CONTINUATION_PREFIX, MAX_TOKEN_CODE_POINTS } from './wordpiece.js';

type JsonObject = Record<string, unknown>;
type TextStep = (text: string) => string;
type SplitStep = (text: string) => string[];

/**
 * Makes a tokenizer model of the parsed file. `files`: what a Unigram model is saved as.
 *
 * @throws Error, starting with `what` (the path), that names the setting at fault.
 */
export function parseTokenizerJson(
  json: unknown,
  files: ReadonlyMap<string, Uint8Array>,
  what: string,
): TokenizerModel {
  if (!isJsonObject(json) || !isJsonObject(json.model)) throw new Error(`${what} holds no tokenizer.`);
  checkAddedTokens(json.added_tokens, what);
  const { type } = json.model;
  if (type === 'WordPiece') return parseWordPiece(json, json.model, what);
  if (type === 'Unigram') return { kind: 'unigram', model: parseUnigram(json, json.model, what), files };
  throw new Error(
    `${what} is of the kind ${JSON.stringify(type) ?? 'unknown'}; only WordPiece and Unigram are read.`,
  );
}

/** Special tokens are never looked for in a text; others would change the ids of ordinary texts. */
function checkAddedTokens(tokens: unknown, what: string): void {
  if (!Array.isArray(tokens)) return;
  const ordinary: unknown = tokens.find((token) => !isJsonObject(token) || token.special !== true);
  if (ordinary === undefined) return;
  const content = isJsonObject(ordinary) ? ordinary.content : ordinary;
  throw new Error(`${what} adds the token ${JSON.stringify(content)} to texts, which is not implemented.`);
}

function parseWordPiece(json: JsonObject, model: JsonObject, what: string): TokenizerModel {
  if (!isJsonObject(model.vocab)) throw new Error(`${what} has no vocabulary.`);
  only(model, 'continuing_subword_prefix', CONTINUATION_PREFIX, what);
  only(model, 'max_input_chars_per_word', MAX_TOKEN_CODE_POINTS, what);
  only(model, 'unk_token', '[UNK]', what);
  const normalizer = isJsonObject(json.normalizer) ? json.normalizer : {};
  only(normalizer, 'type', 'BertNormalizer', what);
  only(normalizer, 'clean_text', true, what);
  only(normalizer, 'handle_chinese_chars', true, what);
  if (isJsonObject(json.pre_tokenizer)) only(json.pre_tokenizer, 'type', 'BertPreTokenizer', what);
  const { strip_accents: stripAccents } = normalizer;
  return {
    kind: 'wordpiece',
    vocabulary: piecesById(model.vocab, what),
    lowerCase: normalizer.lowercase !== false,
    stripAccents: typeof stripAccents === 'boolean' ? stripAccents : null,
  };
}

/** The pieces of a table piece → id, whose ids must be 0, 1, 2, … without a gap. */
function piecesById(idOf: JsonObject, what: string): string[] {
  const pieces = Object.keys(idOf);
  const vocabulary = new Array<string>(pieces.length).fill('');
  const seen = new Set<number>();
  for (const piece of pieces) {
    const id = idOf[piece];
    if (typeof id !== 'number' || !Number.isInteger(id) || id < 0 || id >= pieces.length || seen.has(id)) {
      throw new Error(
        `${what} gives the piece ${JSON.stringify(piece)} the unusable id ${JSON.stringify(id)}.`,
      );
    }
    seen.add(id);
    vocabulary[id] = piece;
  }
  return vocabulary;
}

function parseUnigram(json: JsonObject, model: JsonObject, what: string): UnigramModel {
  only(model, 'byte_fallback', false, what);
  const { vocab, unk_id: unknown } = model;
  if (!Array.isArray(vocab)) throw new Error(`${what} has no vocabulary.`);
  const pieces: string[] = [];
  const scores = new Float64Array(vocab.length);
  let worst = Number.POSITIVE_INFINITY;
  for (const [id, entry] of (vocab as readonly unknown[]).entries()) {
    const [piece, score] = Array.isArray(entry) ? (entry as readonly unknown[]) : [];
    if (typeof piece !== 'string' || typeof score !== 'number') {
      throw new Error(`${what}: piece ${id} is not a pair of a text and a score.`);
    }
    pieces.push(piece);
    scores[id] = score;
    worst = Math.min(worst, score);
  }
  checkPieces(pieces, scores, what);
  if (typeof unknown !== 'number' || pieces[unknown] === undefined) {
    throw new Error(`${what} does not say which of its ${pieces.length} pieces is the unknown one (unk_id).`);
  }
  const normalizers = listSteps(json.normalizer, 'normalizers').map((step) => parseNormalizer(step, what));
  const splitters = parsePreTokenizers(listSteps(json.pre_tokenizer, 'pretokenizers'), what);
  return {
    pieces,
    scores,
    specialIds: findSpecialIds(pieces, unknown, what),
    unknownScore: worst - UNKNOWN_PENALTY,
    isSinglePrecision: false,
    segmentWord: (word) => {
      const text = normalizers.reduce((normal, step) => step(normal), word);
      return splitters.reduce((parts, split) => parts.flatMap(split), [text]).filter((part) => part !== '');
    },
  };
}

/** The names that XLM-R gives them; a checkpoint of another family could not be told apart from a damaged one. */
function findSpecialIds(pieces: readonly string[], unknown: number, what: string): SpecialIds {
  const get = (piece: string): number => {
    const id = pieces.indexOf(piece);
    if (id < 0) throw new Error(`The vocabulary of ${what} lacks the special token ${piece}.`);
    return id;
  };
  return {
    classification: get('<s>'),
    padding: get('<pad>'),
    separator: get('</s>'),
    unknown,
    mask: get('<mask>'),
  };
}

/** The steps of a normaliser or pre-tokeniser, which is none, one, or a sequence of them under `key`. */
function listSteps(step: unknown, key: string): readonly unknown[] {
  if (step === undefined || step === null) return [];
  if (!isJsonObject(step) || step.type !== 'Sequence') return [step];
  const steps = step[key];
  return Array.isArray(steps) ? steps : [step];
}

function parseNormalizer(step: unknown, what: string): TextStep {
  const { type, pattern, content }: JsonObject = isJsonObject(step) ? step : {};
  if (isJsonObject(step) && type === 'Precompiled' && typeof step.precompiled_charsmap === 'string') {
    const charsmap = parseCharsmap(Buffer.from(step.precompiled_charsmap, 'base64'), what);
    return charsmap === undefined ? (text) => text : replaceWith(charsmap);
  }
  if (isJsonObject(step) && type === 'Strip') {
    const { strip_left: left = true, strip_right: right = true } = step;
    return (text) => strip(text, left === true, right === true);
  }
  if (type === 'Replace' && isJsonObject(pattern) && typeof content === 'string') {
    const { String: text, Regex: regex } = pattern;
    if (typeof text === 'string' && text !== '') return (normal) => normal.replaceAll(text, () => content);
    // The one regular expression that these files have; others might not mean the same in JavaScript.
    if (regex === ' {2,}') return (normal) => normal.replace(/ {2,}/g, () => content);
  }
  throw unsupported('normalizer', step, what);
}

function replaceWith(charsmap: Charsmap): TextStep {
  return (text) => replaceGraphemes(text, charsmap);
}

function strip(text: string, left: boolean, right: boolean): string {
  let start = 0;
  let end = text.length;
  // White space is within the first plane, so one unit is one character.
  while (left && start < end && isWhiteSpace(text.charCodeAt(start))) start += 1;
  while (right && end > start && isWhiteSpace(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function parsePreTokenizers(steps: readonly unknown[], what: string): SplitStep[] {
  return steps.map((step) => {
    if (!isJsonObject(step)) throw unsupported('pre_tokenizer', step, what);
    if (step.type === 'WhitespaceSplit') return splitAtWhiteSpace;
    if (step.type !== 'Metaspace' || (step.replacement ?? BLANK_SYMBOL) !== BLANK_SYMBOL) {
      throw unsupported('pre_tokenizer', step, what);
    }
    // Older files have the flag, newer ones the scheme; "first" is the same for a single word.
    const scheme = step.prepend_scheme ?? (step.add_prefix_space === false ? 'never' : 'always');
    const isKnown = scheme === 'always' || scheme === 'never' || (scheme === 'first' && steps.length === 1);
    if (!isKnown) throw unsupported('pre_tokenizer', step, what);
    return (text) => splitBeforeBlanks(text, scheme !== 'never', step.split !== false);
  });
}

function splitAtWhiteSpace(text: string): string[] {
  let spaced = '';
  for (const character of text) spaced += isWhiteSpace(character.codePointAt(0) ?? 0) ? ' ' : character;
  return spaced.split(' ').filter((part) => part !== '');
}

function splitBeforeBlanks(text: string, hasBlankInFront: boolean, isSplit: boolean): string[] {
  if (text === '') return [];
  const escaped = text.replaceAll(' ', BLANK_SYMBOL);
  const whole = hasBlankInFront && !escaped.startsWith(BLANK_SYMBOL) ? BLANK_SYMBOL + escaped : escaped;
  return isSplit ? whole.split(/(?=▁)/) : [whole];
}

/** A setting of which one value is implemented. */
function only(json: JsonObject, key: string, expected: string | number | boolean, what: string): void {
  const value = json[key];
  if (value === undefined || value === expected) return;
  throw new Error(
    `${what}: "${key}" must be ${JSON.stringify(expected)} (nothing else is implemented), found ${JSON.stringify(value)}.`,
  );
}

function unsupported(key: string, step: unknown, what: string): Error {
  // A charsmap would fill pages.
  const found = (JSON.stringify(step) ?? 'nothing').slice(0, 200);
  return new Error(`${what}: "${key}" has a step that is not implemented: ${found}`);
}
