/** A data set read by the product's own reader: real Tesseract, a scan that is upright and one that lies on its head. */
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readAgain } from '../../corpus/read-again.js';
import { type CorpusPage, readCorpus } from '../../corpus/read-corpus.js';
import { makeDocument } from '../support/make-documents.js';

let root: string;
let from: string;
let to: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'read-again-'));
  [from, to] = [join(root, 'from'), join(root, 'to')];
  await mkdir(join(from, 'pages'), { recursive: true });
  const { bytes } = await makeDocument({ kind: 'letter', seed: 1, as: 'png' });
  await writeFile(join(from, 'pages', 'upright.png'), bytes);
  await writeFile(join(from, 'pages', 'lying.png'), await sharp(bytes).rotate(90).png().toBuffer());
  await writeFile(
    join(from, 'labels.csv'),
    'page,label,split\nupright.png,letter,train\nlying.png,letter,val\n',
  );
  // What another reader has found, which is not asked.
  const record = { page: 'upright.png', width: 10, height: 10, words: [['nonsense', 1, 1, 2, 2, 90]] };
  await writeFile(join(from, 'words.jsonl.gz'), gzipSync(`${JSON.stringify(record)}\n`));
});
afterAll(() => rm(root, { recursive: true }));

/** Which pages were read, by how many were done after each. */
async function read(): Promise<string[]> {
  const told: string[] = [];
  await readAgain(from, to, { workers: 2, onPage: (done, pages) => told.push(`${done} of ${pages}`) });
  return told;
}

async function readPages(): Promise<CorpusPage[]> {
  const pages: CorpusPage[] = [];
  for await (const page of readCorpus(to)) pages.push(page);
  return pages;
}

it('has the words of each page as the product reads them, with page and boxes upright', async () => {
  expect(await read()).toEqual(['1 of 2', '2 of 2']);
  const pages = await readPages();
  expect(pages.map(({ page, label, split }) => [page, label, split])).toEqual([
    ['upright.png', 'letter', 'train'],
    ['lying.png', 'letter', 'val'],
  ]);
  const [upright, lying] = pages.map(({ words }) => new Map(words.map((word) => [word.text, word])));
  const shared = [...(upright?.keys() ?? [])].filter((text) => text.length > 3 && lying?.has(text));
  expect(shared.length).toBeGreaterThan(20);
  for (const text of shared.filter((text) => pages.every(({ words }) => countOf(words, text) === 1))) {
    const [one, other] = [upright?.get(text)?.box ?? [], lying?.get(text)?.box ?? []];
    // Two readings of the same ink, in thousandths of the page.
    for (const [at, place] of one.entries())
      expect(Math.abs(place - (other[at] ?? 0)), text).toBeLessThan(10);
  }
  const { width = 0, height = 0 } = await sharp(join(to, 'pages', 'lying.png')).metadata();
  expect(height).toBeGreaterThan(width);
}, 120_000);

it('reads only what is missing', async () => {
  const before = await stat(join(to, 'words.jsonl.gz'));
  expect(await read()).toEqual([]);
  expect((await stat(join(to, 'words.jsonl.gz'))).mtimeMs).toBe(before.mtimeMs);
  const pages = await readPages();
  await rm(join(to, 'parts', 'lying.png.json'));
  expect(await read()).toEqual(['2 of 2']);
  expect(await readPages()).toEqual(pages);
  expect((await readdir(join(to, 'pages'))).sort()).toEqual(['lying.png', 'upright.png']);
}, 120_000);

function countOf(words: readonly { text: string }[], text: string): number {
  return words.filter((word) => word.text === text).length;
}
