/**
 * Whatever a file holds, it becomes pages or gets a clear public error, in bounded time: shown on damaged copies of made
 * documents and, where EVAL_DATA names a folder that holds `robustness` and `samples`, on the files in there.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join, relative } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { getMediaType, MEDIA_TYPE_HEAD_BYTES } from '../../../src/documents/rendering/media-type.js';
import { createPageRenderer } from '../../../src/documents/rendering/page-renderer.js';
import { AppError } from '../../../src/shared/errors.js';
import { type Chance, createChance } from '../../support/document-texts.js';
import { makeDocument } from '../../support/make-documents.js';

const evalData = process.env.EVAL_DATA ?? '';
const folders = ['robustness', 'samples']
  .map((name) => join(evalData, name))
  .filter((path) => existsSync(path));

const PAGE_TIMEOUT_MS = 30_000;
const MAX_PAGES = 200;
const DAMAGED_COPIES = 6;

describe('a file of whatever content', async () => {
  const renderer = createPageRenderer({
    maxPages: MAX_PAGES,
    maxPixels: 100_000_000,
    pageTimeoutMs: PAGE_TIMEOUT_MS,
  });
  const outcomes = new Map<string, Map<string, number>>();
  const scratch = await mkdtemp(join(tmpdir(), 'robustness-'));
  afterAll(async () => {
    for (const [folder, counts] of outcomes) console.info(folder, Object.fromEntries(counts));
    await renderer.close();
    await rm(scratch, { recursive: true });
  });

  it.each(['pdf', 'scanned-pdf', 'tiff', 'jpeg', 'png'] as const)(
    'becomes pages or gets a clear error when damaged: %s',
    async (as) => {
      const { bytes } = await makeDocument({ kind: 'invoice', seed: 1, as });
      const chance = createChance(1);
      for (let round = 0; round < DAMAGED_COPIES; round += 1) {
        const path = join(scratch, `${round}.${as}`);
        await writeFile(path, round % 2 === 0 ? cut(bytes, chance) : scramble(bytes, chance));
        await read(path);
      }
    },
  );

  for (const folder of folders) {
    for (const path of await listFiles(folder)) {
      const name = relative(join(folder, '..'), path);
      it(`${name} becomes pages or a clear error`, { timeout: 600_000 }, async () => {
        const outcome = await read(path);
        const group = name.split('/').slice(0, -1).join('/');
        const counts = outcomes.get(group) ?? new Map<string, number>();
        outcomes.set(group, counts.set(outcome, (counts.get(outcome) ?? 0) + 1));
      });
    }
  }

  async function read(path: string): Promise<string> {
    try {
      let pageCount = 0;
      for await (const page of renderer.renderPages(path, getMediaType(await readHead(path)))) {
        pageCount += 1;
        expect(page.number).toBe(pageCount);
        expect(await sharp(page.image).metadata()).toMatchObject({ width: page.width, height: page.height });
        for (const { text, box } of page.textLayer?.words ?? []) {
          expect(text).not.toBe('');
          const [x0, y0, x1, y1] = box;
          expect(0 <= x0 && x0 <= x1 && x1 <= 1000 && 0 <= y0 && y0 <= y1 && y1 <= 1000).toBe(true);
        }
      }
      expect(pageCount).toBeGreaterThan(0);
      return 'pages';
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      expect(error.isPublic, error.stack).toBe(true);
      expect(error.message.length).toBeGreaterThan(40);
      return error.code;
    }
  }
});

function cut(bytes: Buffer, chance: Chance): Buffer {
  return bytes.subarray(0, chance.integer(1, bytes.length - 1));
}

/** A copy with some bytes replaced by chance. */
function scramble(bytes: Buffer, chance: Chance): Buffer {
  const copy = Buffer.from(bytes);
  for (let count = 0; count < 20; count += 1)
    copy[chance.integer(0, copy.length - 1)] = chance.integer(0, 255);
  return copy;
}

async function readHead(path: string): Promise<Buffer> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(
      Buffer.alloc(MEDIA_TYPE_HEAD_BYTES),
      0,
      MEDIA_TYPE_HEAD_BYTES,
      0,
    );
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** All files below a folder, but for the papers about them. */
async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !['.md', '.tsv', '.txt'].includes(extname(entry.name)))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
