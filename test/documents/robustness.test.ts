/**
 * Odd and hostile files of the real world, and ordinary ones: each becomes pages or gets a clear public error, in
 * bounded time. The files are not part of the project: EVAL_DATA names the folder that holds `robustness` and `samples`.
 */
import { existsSync } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { extname, join, relative } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { getMediaType, MEDIA_TYPE_HEAD_BYTES } from '../../src/documents/media-type.js';
import { createPageRenderer } from '../../src/documents/page-renderer.js';
import { AppError } from '../../src/shared/errors.js';

const evalData = process.env.EVAL_DATA ?? '';
const folders = ['robustness', 'samples']
  .map((name) => join(evalData, name))
  .filter((path) => existsSync(path));

const PAGE_TIMEOUT_MS = 30_000;
const MAX_PAGES = 200;

describe.runIf(evalData !== '' && folders.length > 0)('files of the real world', async () => {
  const renderer = createPageRenderer({
    maxPages: MAX_PAGES,
    maxPixels: 100_000_000,
    pageTimeoutMs: PAGE_TIMEOUT_MS,
  });
  afterAll(() => renderer.close());

  const outcomes = new Map<string, Map<string, number>>();
  afterAll(() => {
    for (const [folder, counts] of outcomes) console.info(folder, Object.fromEntries(counts));
  });

  for (const folder of folders) {
    for (const path of await listFiles(folder)) {
      const name = relative(evalData, path);
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
