import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTokenizer, uncasedWordPiece } from '../../src/layoutlmv2/tokenizer/tokenizer.js';
import { loadPage } from '../../src/layoutlmv2/training/examples.js';
import { encodeCorpus, openEncodedCorpus } from '../../starter/encoded-corpus.js';

const pieces = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'dear', 'sir', 'total'];
const size = { width: 40, height: 60 };
let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'encoded-corpus-'));
  file = join(folder, 'encoded');
  await mkdir(join(folder, 'pages'));
  for (const page of ['letter.png', 'invoice.png'])
    await sharp({ create: { ...size, channels: 3, background: 'white' } })
      .png()
      .toFile(join(folder, 'pages', page));
  await writeFile(
    join(folder, 'labels.csv'),
    'page,label,split\nletter.png,letter,train\ninvoice.png,invoice,val\n',
  );
  await writeWords({ 'letter.png': ['dear', 'sir'], 'invoice.png': ['total'] });
});
afterAll(() => rm(folder, { recursive: true }));

async function writeWords(words: Record<string, string[]>): Promise<void> {
  const lines = Object.entries(words).map(
    ([page, texts]) =>
      `${JSON.stringify({ page, ...size, words: texts.map((text, at) => [text, 10 * at, 5, 10 * at + 8, 9, 90]) })}\n`,
  );
  await writeFile(join(folder, 'words.jsonl.gz'), gzipSync(lines.join('')));
}

/** Encodes it where need be; how many pages were encoded, and the tokens of the letter. */
async function encode({
  maxTokens = 16,
  vocabulary = pieces,
} = {}): Promise<{ pages: number; tokens: number[] }> {
  let pages = 0;
  const tokenizer = createTokenizer(uncasedWordPiece(vocabulary));
  await encodeCorpus(folder, file, tokenizer, { maxTokens, onProgress: (done) => (pages = done) });
  const { training } = await openEncodedCorpus(file);
  const [letter] = training;
  if (!letter) throw new Error('it has no letter');
  return { pages, tokens: Array.from((await loadPage(letter, maxTokens)).inputIds) };
}

describe('an encoded corpus', () => {
  it('is made once, and read page by page', async () => {
    expect(await encode()).toEqual({ pages: 2, tokens: [2, 5, 6, 3] });
    expect(await encode()).toEqual({ pages: 0, tokens: [2, 5, 6, 3] });
    const { labels, validation } = await openEncodedCorpus(file);
    expect(labels).toEqual(['invoice', 'letter']);
    expect(validation.map(({ unit, label }) => ({ unit, label }))).toEqual([
      { unit: 'invoice.png', label: 0 },
    ]);
  });

  it('is made anew where its pages have been read once more, or may have other tokens', async () => {
    await writeWords({ 'letter.png': ['dear', 'sir', 'sir'], 'invoice.png': ['total'] });
    expect(await encode()).toEqual({ pages: 2, tokens: [2, 5, 6, 6, 3] });
    expect(await encode({ maxTokens: 4 })).toEqual({ pages: 2, tokens: [2, 5, 6, 3] });
  });

  it('is made anew where its tokenizer has learnt other pieces', async () => {
    const vocabulary = [...pieces.slice(0, 5), 'sir', 'total', 'dear'];
    expect(await encode({ maxTokens: 4, vocabulary })).toEqual({ pages: 2, tokens: [2, 7, 5, 3] });
  });

  it('is made anew where its index is of another form', async () => {
    await writeFile(`${file}.json`, '[]');
    expect((await encode()).pages).toBe(2);
    await rm(`${file}.json`);
    await expect(openEncodedCorpus(file)).rejects.toThrow('encoded.json is not there');
  });
});
