/**
 * The tokenizer of a checkpoint folder: which files it can be in, reading them, and writing what Hugging Face's library loads.
 * What is in the files is read by the parsers in ../tokenizer.
 */
import { access, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LayoutLMv2Config } from '../config.js';
import { parseSentencePieceModel } from '../tokenizer/sentencepiece-model.js';
import { type TokenizerModel, vocabularySizeOf } from '../tokenizer/tokenizer.js';
import { parseTokenizerJson } from '../tokenizer/tokenizer-json.js';
import { parseVocabulary } from '../tokenizer/wordpiece.js';
import { isJsonObject, parseJson } from './json.js';

const VOCABULARY_FILE = 'vocab.txt';
const TOKENIZER_FILE = 'tokenizer.json';
const SENTENCEPIECE_FILE = 'sentencepiece.bpe.model';
const SETTINGS_FILE = 'tokenizer_config.json';

/** What a tokenizer can be in, in order of preference. */
const TOKENIZER_FILES = [VOCABULARY_FILE, TOKENIZER_FILE, SENTENCEPIECE_FILE];

// The largest known file has 17 MB; parsed JSON takes many times as much memory.
const MAX_FILE_BYTES = 32 * 2 ** 20;

/**
 * Reads the tokenizer of a checkpoint: `vocab.txt` is a WordPiece vocabulary, `tokenizer.json` says what it is,
 * `sentencepiece.bpe.model` is LayoutXLM's.
 *
 * @throws Error that names the file and what is wrong with it; also when it has more ids than the network has embeddings.
 */
export async function readTokenizer(
  folder: string,
  { vocabSize }: LayoutLMv2Config,
): Promise<TokenizerModel> {
  const tokenizer = await readTokenizerFiles(folder);
  const size = vocabularySizeOf(tokenizer);
  if (size > vocabSize) {
    throw new Error(`The vocabulary of ${folder} has ${size} pieces, but its network only ${vocabSize}.`);
  }
  return tokenizer;
}

/** Writes the files of a tokenizer, and its settings, into a folder that is there. */
export async function writeTokenizer(
  folder: string,
  tokenizer: TokenizerModel,
  config: LayoutLMv2Config,
): Promise<void> {
  const settings = JSON.stringify(describeTokenizer(tokenizer, config), null, 2);
  await writeFile(join(folder, SETTINGS_FILE), `${settings}\n`);
  if (tokenizer.kind === 'wordpiece') {
    const lines = tokenizer.vocabulary.map((piece) => `${piece}\n`).join('');
    await writeFile(join(folder, VOCABULARY_FILE), lines);
    return;
  }
  for (const [name, bytes] of tokenizer.files) await writeFile(join(folder, name), bytes);
}

/** Throws for a tokenizer that its files cannot hold. */
export function checkTokenizer(tokenizer: TokenizerModel): void {
  if (tokenizer.kind !== 'wordpiece') return;
  const damaged = tokenizer.vocabulary.find((piece) => /[\r\n]/.test(piece));
  if (damaged !== undefined)
    throw new Error(`The piece ${JSON.stringify(damaged)} does not fit on one line.`);
}

async function readTokenizerFiles(folder: string): Promise<TokenizerModel> {
  const vocabulary = await readIfThere(join(folder, VOCABULARY_FILE));
  if (vocabulary !== undefined) {
    const settings = await readSettings(join(folder, SETTINGS_FILE));
    return { kind: 'wordpiece', vocabulary: parseVocabulary(vocabulary.toString('utf8')), ...settings };
  }
  const jsonPath = join(folder, TOKENIZER_FILE);
  const modelPath = join(folder, SENTENCEPIECE_FILE);
  const jsonBytes = await readIfThere(jsonPath);
  const modelBytes = await readIfThere(modelPath);
  const files = new Map<string, Uint8Array>();
  if (jsonBytes !== undefined) files.set(TOKENIZER_FILE, jsonBytes);
  if (modelBytes !== undefined) files.set(SENTENCEPIECE_FILE, modelBytes);
  if (jsonBytes !== undefined) {
    return parseTokenizerJson(parseJson(jsonBytes.toString('utf8'), jsonPath), files, jsonPath);
  }
  if (modelBytes !== undefined) {
    return { kind: 'unigram', model: parseSentencePieceModel(modelBytes, modelPath), files };
  }
  throw new Error(`${folder} has none of ${TOKENIZER_FILES.join(', ')}.`);
}

/** What `tokenizer_config.json` says of a WordPiece vocabulary, or the defaults of Hugging Face's library. */
async function readSettings(path: string): Promise<{ lowerCase: boolean; stripAccents: boolean | null }> {
  const bytes = await readIfThere(path);
  const json = bytes === undefined ? {} : parseJson(bytes.toString('utf8'), path);
  if (!isJsonObject(json)) throw new Error(`${path} is no JSON object.`);
  if (json.tokenize_chinese_chars === false) {
    throw new Error(`${path}: "tokenize_chinese_chars" must be true (nothing else is implemented).`);
  }
  const { strip_accents: stripAccents } = json;
  return {
    lowerCase: json.do_lower_case !== false,
    stripAccents: typeof stripAccents === 'boolean' ? stripAccents : null,
  };
}

function describeTokenizer(tokenizer: TokenizerModel, config: LayoutLMv2Config): Record<string, unknown> {
  const kind =
    tokenizer.kind === 'wordpiece'
      ? {
          tokenizer_class: 'LayoutLMv2Tokenizer',
          do_lower_case: tokenizer.lowerCase,
          strip_accents: tokenizer.stripAccents,
          tokenize_chinese_chars: true,
          unk_token: '[UNK]',
          sep_token: '[SEP]',
          pad_token: '[PAD]',
          cls_token: '[CLS]',
          mask_token: '[MASK]',
        }
      : {
          tokenizer_class: 'LayoutXLMTokenizer',
          bos_token: '<s>',
          eos_token: '</s>',
          unk_token: '<unk>',
          sep_token: '</s>',
          pad_token: '<pad>',
          cls_token: '<s>',
          mask_token: '<mask>',
        };
  return {
    ...kind,
    model_max_length: config.maxPositionEmbeddings,
    cls_token_box: [0, 0, 0, 0],
    sep_token_box: [1000, 1000, 1000, 1000],
    pad_token_box: [0, 0, 0, 0],
  };
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (!isThere) return undefined;
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (size > MAX_FILE_BYTES) {
      throw new Error(`${path} has ${size} bytes; a tokenizer file of at most ${MAX_FILE_BYTES} is read.`);
    }
    return await file.readFile();
  } finally {
    await file.close();
  }
}
