/**
 * A corpus as a network reads it, in one file: token ids, boxes and small images of its pages one after the other, with an index. Made
 * once, then read page by page, so that memory does not grow with the corpus.
 */
import { createHash } from 'node:crypto';
import { type FileHandle, open, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CorpusPage, readCorpus } from '../corpus/read-corpus.js';
import { pageRgb } from '../src/documents/rendering/page-image.js';
import { type EncodedPage, IMAGE_SIDE } from '../src/layoutlmv2/encoded-page.js';
import { encodePage } from '../src/layoutlmv2/page-encoding.js';
import type { WordTokenizer } from '../src/layoutlmv2/tokenizer/word-tokenizer.js';
import type { TrainingExample } from '../src/layoutlmv2/training/examples.js';

type IndexEntry = {
  page: string;
  label: string;
  split: string;
  tokens: number;
  channels: 1 | 3;
  offset: number;
};

const PIXELS = IMAGE_SIDE ** 2;
/** Pages that are decoded at the same time: their decoding runs on the threads of the image library. */
const AT_ONCE = 8;

/** A corpus' pages by split, each read when it is asked for. */
export type EncodedCorpus = {
  labels: string[];
  training: TrainingExample[];
  validation: TrainingExample[];
};

/** What was encoded, and of what: where labels, words or pieces have changed since, it is encoded anew. */
type Index = { source: string; entries: IndexEntry[] };

/**
 * Encodes a corpus into `file` and `file`.json, unless both are there, of the same labels, words, pieces and number of tokens.
 */
export async function encodeCorpus(
  folder: string,
  file: string,
  tokenizer: WordTokenizer,
  { maxTokens, onProgress }: { maxTokens: number; onProgress: (pages: number) => void },
): Promise<void> {
  const indexFile = `${file}.json`;
  const source = await describeSource(folder, tokenizer, maxTokens);
  if ((await findIndex(indexFile))?.source === source) return;
  const target = await open(file, 'w');
  const entries: IndexEntry[] = [];
  let offset = 0;
  const encode = async ({ page, label, split, words }: CorpusPage) => {
    const image = await pageRgb(await readFile(join(folder, 'pages', page)));
    const encoded = encodePage({ words, image }, tokenizer, { maxTokens });
    return { page, label, split, encoded };
  };
  try {
    for await (const group of inGroups(readCorpus(folder), AT_ONCE)) {
      for (const { encoded, ...entry } of await Promise.all(group.map(encode))) {
        const { bytes, channels } = pack(encoded);
        await target.write(bytes, 0, bytes.length, offset);
        entries.push({ ...entry, tokens: encoded.inputIds.length, channels, offset });
        offset += bytes.length;
      }
      onProgress(entries.length);
    }
  } finally {
    await target.close();
  }
  await writeFile(`${indexFile}.part`, JSON.stringify({ source, entries } satisfies Index));
  await rename(`${indexFile}.part`, indexFile);
}

/** Opens what {@link encodeCorpus} made; the file stays open as long as the program. */
export async function openEncodedCorpus(file: string): Promise<EncodedCorpus> {
  const index = await findIndex(`${file}.json`);
  if (index === null) throw new Error(`${file}.json is not there, or not an index of an encoded corpus.`);
  const { entries } = index;
  const source = await open(file, 'r');
  const labels = [...new Set(entries.map(({ label }) => label))].sort();
  const examplesOf = (wanted: string): TrainingExample[] =>
    entries
      .filter(({ split }) => split === wanted)
      .map((entry) => ({
        unit: entry.page,
        label: labels.indexOf(entry.label),
        tokens: entry.tokens,
        load: () => readPage(source, entry),
      }));
  return { labels, training: examplesOf('train'), validation: examplesOf('val') };
}

/** Ids and boxes as 16-bit numbers, then the pixels: one channel where all three are equal, as in most scans. */
function pack({ inputIds, boxes, image }: EncodedPage): { bytes: Buffer; channels: 1 | 3 } {
  const isGrey = image.every((value, at) => value === image[at - (at % 3)]);
  const numbers = Uint16Array.from([...Array.from(inputIds), ...Array.from(boxes)]);
  const pixels = isGrey ? image.filter((_, at) => at % 3 === 0) : image;
  return { bytes: Buffer.concat([Buffer.from(numbers.buffer), pixels]), channels: isGrey ? 1 : 3 };
}

async function readPage(source: FileHandle, { tokens, channels, offset }: IndexEntry): Promise<EncodedPage> {
  const numberBytes = 2 * 5 * tokens;
  const bytes = new Uint8Array(numberBytes + channels * PIXELS);
  const { bytesRead } = await source.read(bytes, 0, bytes.length, offset);
  if (bytesRead !== bytes.length)
    throw new Error('The encoded corpus is cut off: delete it and start again.');
  const numbers = new Uint16Array(bytes.buffer, 0, 5 * tokens);
  const pixels = bytes.subarray(numberBytes);
  const image = channels === 3 ? pixels.slice() : new Uint8Array(3 * PIXELS);
  if (channels === 1) {
    for (let at = 0; at < PIXELS; at++) {
      const value = pixels[at] ?? 0;
      image[3 * at] = value;
      image[3 * at + 1] = value;
      image[3 * at + 2] = value;
    }
  }
  return {
    inputIds: Int32Array.from(numbers.subarray(0, tokens)),
    boxes: Int32Array.from(numbers.subarray(tokens)),
    image,
    truncatedTokens: 0,
  };
}

async function* inGroups<Item>(items: AsyncIterable<Item>, size: number): AsyncGenerator<Item[], void, void> {
  let group: Item[] = [];
  for await (const item of items) {
    group.push(item);
    if (group.length === size) {
      yield group;
      group = [];
    }
  }
  if (group.length > 0) yield group;
}

/** Changes with what is encoded. */
async function describeSource(folder: string, tokenizer: WordTokenizer, maxTokens: number): Promise<string> {
  const hash = createHash('sha256');
  for (const name of ['labels.csv', 'words.jsonl.gz']) hash.update(await readFile(join(folder, name)));
  for (let id = 0; id < tokenizer.vocabularySize; id += 1) hash.update(`${tokenizer.getPiece(id)}\n`);
  return `${hash.digest('hex')}, ${maxTokens} tokens`;
}

/** Null where there is none, or one of another form. */
async function findIndex(path: string): Promise<Index | null> {
  try {
    const index: unknown = JSON.parse(await readFile(path, 'utf8'));
    return index !== null && typeof index === 'object' && 'source' in index ? (index as Index) : null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
