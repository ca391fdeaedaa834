/**
 * Reads a SentencePiece model file (`sentencepiece.bpe.model`, a Protocol Buffer, despite its name of the Unigram kind) as
 * XLM-R and LayoutXLM use it: its pieces are numbered anew, `<s> <pad> </s> <unk>` first and `<mask>` last.
 */
import { type Charsmap, parseCharsmap, replaceLongest } from './charsmap.js';
import { type ProtobufField, readProtobuf } from './protobuf.js';
import { BLANK_SYMBOL, checkPieces, MAX_PIECES, UNKNOWN_PENALTY, type UnigramModel } from './unigram.js';

type ModelFile = {
  readonly pieces: string[];
  readonly scores: number[];
  readonly types: number[];
  trainer: { modelType: number; isSuffix: boolean; hasByteFallback: boolean };
  normalizer: Normalizer;
};

type Normalizer = {
  charsmap: Charsmap | undefined;
  addsBlankInFront: boolean;
  collapsesBlanks: boolean;
  escapesBlanks: boolean;
};

// Numbers of sentencepiece_model.proto.
const UNIGRAM = 1;
const NORMAL = 1;
const UNKNOWN = 2;
const CONTROL = 3;
const UNUSED = 5;

/** The pieces in front that XLM-R numbers differently: unknown, start and end. */
const RENUMBERED_PIECES = 3;
const SPECIAL_PIECES = ['<s>', '<pad>', '</s>', '<unk>'];

/**
 * Parses the bytes of a model file.
 *
 * @throws Error, starting with `what`, when it is damaged, of another kind than Unigram, or asks for what is not implemented.
 */
export function parseSentencePieceModel(bytes: Uint8Array, what: string): UnigramModel {
  const file = readModelFile(bytes, what);
  checkKind(file, what);
  const { pieces: filePieces, scores: fileScores, types, normalizer } = file;
  const pieces = [...SPECIAL_PIECES, ...filePieces.slice(RENUMBERED_PIECES), '<mask>'];
  const zeros = SPECIAL_PIECES.map(() => 0);
  const scores = Float64Array.from([...zeros, ...fileScores.slice(RENUMBERED_PIECES), 0]);
  checkPieces(pieces, scores, what);
  let worst = Number.POSITIVE_INFINITY;
  for (const [index, score] of fileScores.entries())
    if (types[index] === NORMAL && score < worst) worst = score;
  return {
    pieces,
    scores,
    specialIds: { classification: 0, padding: 1, separator: 2, unknown: 3, mask: pieces.length - 1 },
    unknownScore: Math.fround(worst - UNKNOWN_PENALTY),
    isSinglePrecision: true,
    segmentWord: (word) => {
      const text = normalize(word, normalizer);
      return text === '' ? [] : [text];
    },
  };
}

function readModelFile(bytes: Uint8Array, what: string): ModelFile {
  const file: ModelFile = {
    pieces: [],
    scores: [],
    types: [],
    trainer: { modelType: UNIGRAM, isSuffix: false, hasByteFallback: false },
    normalizer: {
      charsmap: undefined,
      addsBlankInFront: true,
      collapsesBlanks: true,
      escapesBlanks: true,
    },
  };
  for (const { number, value } of readProtobuf(bytes, what)) {
    if (typeof value === 'number') continue;
    if (number === 1) readPiece(value, file, what);
    if (file.pieces.length > MAX_PIECES) throw new Error(`${what} has more than ${MAX_PIECES} pieces.`);
    if (number === 2) readTrainer(value, file.trainer, what);
    if (number === 3) readNormalizer(value, file.normalizer, what);
  }
  return file;
}

function readPiece(message: Uint8Array, file: ModelFile, what: string): void {
  let piece = '';
  let score = 0;
  let type = NORMAL;
  for (const { number, value } of readProtobuf(message, what)) {
    if (number === 1 && typeof value !== 'number') piece = decodeText(value, what);
    if (number === 2 && typeof value === 'number') score = floatOfBits(value);
    if (number === 3 && typeof value === 'number') type = value;
  }
  file.pieces.push(piece);
  file.scores.push(score);
  file.types.push(type);
}

function readTrainer(message: Uint8Array, trainer: ModelFile['trainer'], what: string): void {
  for (const { number, value } of readProtobuf(message, what)) {
    if (number === 3 && typeof value === 'number') trainer.modelType = value;
    if (number === 24) trainer.isSuffix = isTrue(value);
    if (number === 35) trainer.hasByteFallback = isTrue(value);
  }
}

function readNormalizer(message: Uint8Array, normalizer: Normalizer, what: string): void {
  for (const { number, value } of readProtobuf(message, what)) {
    if (number === 2 && typeof value !== 'number') normalizer.charsmap = parseCharsmap(value, what);
    if (number === 3) normalizer.addsBlankInFront = isTrue(value);
    if (number === 4) normalizer.collapsesBlanks = isTrue(value);
    if (number === 5) normalizer.escapesBlanks = isTrue(value);
  }
}

function checkKind({ pieces, types, trainer, normalizer }: ModelFile, what: string): void {
  if (pieces.length <= RENUMBERED_PIECES) {
    throw new Error(`${what} is no SentencePiece model: it has ${pieces.length} pieces.`);
  }
  if (trainer.modelType !== UNIGRAM) {
    throw new Error(`${what} is of SentencePiece's kind ${trainer.modelType}; only 1 (Unigram) is read.`);
  }
  const unsupported = [
    trainer.hasByteFallback && 'byte fallback',
    trainer.isSuffix && 'blanks at the end of words',
    !normalizer.escapesBlanks && 'unescaped blanks',
    ...types.map((type, index) => {
      if (index < RENUMBERED_PIECES)
        return type !== UNKNOWN && type !== CONTROL && 'text in a place of <unk>, <s>, </s>';
      return type !== NORMAL && `a piece of type ${type}${type === UNUSED ? ' (unused)' : ''}`;
    }),
  ].find((fault) => fault !== false);
  if (unsupported !== undefined) throw new Error(`${what} has ${unsupported}, which is not implemented.`);
}

/** A word as sentencepiece divides it; empty when nothing is left of it. */
function normalize(word: string, { charsmap, addsBlankInFront, collapsesBlanks }: Normalizer): string {
  let text = charsmap === undefined ? word : replaceLongest(word, charsmap);
  if (collapsesBlanks) {
    text = text.replace(/ {2,}/g, ' ');
    text = text.slice(text.startsWith(' ') ? 1 : 0);
  }
  // A word that was there and of which nothing is left gets its blank in front, if blanks at the end stay.
  if (text === '' && (collapsesBlanks || word === '')) return '';
  text = (addsBlankInFront ? BLANK_SYMBOL : '') + text.replaceAll(' ', BLANK_SYMBOL);
  if (!collapsesBlanks) return text;
  let end = text.length;
  while (end > 0 && text[end - 1] === BLANK_SYMBOL) end -= 1;
  return text.slice(0, end);
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeText(bytes: Uint8Array, what: string): string {
  try {
    return utf8.decode(bytes);
  } catch (error) {
    throw new Error(`${what} has a piece that is no UTF-8 text.`, { cause: error });
  }
}

function floatOfBits(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, bits);
  return view.getFloat32(0);
}

function isTrue(value: ProtobufField['value']): boolean {
  return value !== 0;
}
