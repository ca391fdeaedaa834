/** The command: a folder in the form of a data set, the same bytes whatever the number of processes, resumed where it stopped. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);

// Two shards, so that two processes have something to do.
const PAGES = 60;

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'corpus-'));
});
afterAll(() => rm(root, { recursive: true }));

const make = (folder: string, ...options: string[]) =>
  run(process.execPath, [
    '--import',
    'tsx',
    'corpus/corpus.ts',
    ...['--out', join(root, folder), '--seed', '7', '--pages', String(PAGES)],
    ...['--kinds', 'receipt,id_document', ...options],
  ]);

describe('npm run corpus', () => {
  it('makes the same corpus in one process and in two, some of it read by Tesseract', async () => {
    await make('one', '--workers', '1', '--ocr', '0.06');
    await make('two', '--workers', '2', '--ocr', '0.06');
    for (const file of ['words.jsonl.gz', 'labels.csv', 'manifest.json']) {
      const [one, two] = await Promise.all(
        ['one', 'two'].map((folder) => readFile(join(root, folder, file))),
      );
      expect(two?.equals(one ?? Buffer.alloc(0)), file).toBe(true);
    }
    const [header, ...labels] = (await readFile(join(root, 'one', 'labels.csv'), 'utf8')).trim().split('\n');
    expect(header).toBe('page,label,split');
    expect(labels).toHaveLength(PAGES);
    expect(await readdir(join(root, 'one', 'pages'))).toEqual(labels.map((line) => line.split(',')[0]));
    const lines = gunzipSync(await readFile(join(root, 'one', 'words.jsonl.gz')))
      .toString()
      .trim()
      .split('\n');
    const records = lines.map((line) => JSON.parse(line));
    expect(records.map(({ page }) => page)).toEqual(labels.map((line) => line.split(',')[0]));
    expect(new Set(records.map(({ source }) => source))).toEqual(new Set(['exact', 'noise', 'ocr']));
    expect(records[0].words[0]).toHaveLength(6);
  }, 600_000);

  it('goes on where it stopped, and refuses a folder of another corpus', async () => {
    const made = join(root, 'one', 'pages', '000000.png');
    const kept = join(root, 'one', 'pages', (await readdir(join(root, 'one', 'pages'))).at(0) ?? made);
    const before = await stat(kept);
    await rm(join(root, 'one', 'parts', '00001.jsonl'));
    const words = await readFile(join(root, 'one', 'words.jsonl.gz'));
    await make('one', '--ocr', '0.06');
    expect((await stat(kept)).mtimeMs).toBe(before.mtimeMs);
    expect((await readFile(join(root, 'one', 'words.jsonl.gz'))).equals(words)).toBe(true);
    await expect(make('one', '--ocr', '0.5')).rejects.toThrow('other parameters');
  }, 600_000);

  it('says which kinds there are', async () => {
    await expect(make('three', '--kinds', 'novel')).rejects.toThrow('scientific_publication');
  }, 60_000);
});
