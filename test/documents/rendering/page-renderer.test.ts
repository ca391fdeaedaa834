import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import PDFDocument from 'pdfkit';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { DocumentMediaType } from '../../../src/documents/rendering/media-type.js';
import {
  createPageRenderer,
  type PageRenderer,
  type PageRendererOptions,
  type RenderedPage,
} from '../../../src/documents/rendering/page-renderer.js';
import { documentKinds, makeDocument } from '../../support/make-documents.js';
import { buildEndlessPdf, buildPagePdf, buildPdf } from '../../support/raw-pdf.js';

const OPTIONS: PageRendererOptions = { maxPages: 20, maxPixels: 50_000_000, pageTimeoutMs: 30_000 };
const MEBIBYTE = 1024 ** 2;

describe('the page renderer', () => {
  let folder: string;
  let fileCount = 0;
  const renderers: PageRenderer[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'renderer-'));
  });
  afterEach(async () => {
    for (const renderer of renderers.splice(0)) await renderer.close();
  });
  // Starting a process from source takes a second: what needs no settings of its own shares this one.
  const shared = createPageRenderer(OPTIONS);
  afterAll(async () => {
    await shared.close();
    await rm(folder, { recursive: true });
  });

  function createRenderer(options: Partial<PageRendererOptions> = {}): PageRenderer {
    const renderer = createPageRenderer({ ...OPTIONS, ...options });
    renderers.push(renderer);
    return renderer;
  }

  async function writeTemporary(bytes: Uint8Array): Promise<string> {
    fileCount += 1;
    const path = join(folder, `${fileCount} odd näme 文.bin`);
    await writeFile(path, bytes);
    return path;
  }

  async function render(
    renderer: PageRenderer,
    bytes: Uint8Array,
    mediaType: DocumentMediaType = 'application/pdf',
  ): Promise<RenderedPage[]> {
    const pages: RenderedPage[] = [];
    for await (const page of renderer.renderPages(await writeTemporary(bytes), mediaType)) pages.push(page);
    return pages;
  }

  const simplePdf = (page = '') => buildPagePdf({ content: 'BT /F1 40 Tf 100 600 Td (Hello) Tj ET', page });

  async function pdfOfPages(count: number): Promise<Buffer> {
    const sheet = new PDFDocument({ size: 'A5' });
    const chunks: Buffer[] = [];
    sheet.on('data', (chunk: Buffer) => chunks.push(chunk));
    const ended = new Promise((resolve) => sheet.on('end', resolve));
    for (let number = 1; number <= count; number += 1) {
      if (number > 1) sheet.addPage();
      sheet.text(`Page ${number}`);
    }
    sheet.end();
    await ended;
    return Buffer.concat(chunks);
  }

  it('renders the pages of a PDF in order, with image, thumbnail, hash and words', async () => {
    const pages = await render(shared, await pdfOfPages(3));
    expect(pages.map(({ number, pageCount }) => [number, pageCount])).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
    for (const { number, image, thumbnail, width, height, ...page } of pages) {
      expect(await sharp(image).metadata()).toMatchObject({ format: 'png', width, height });
      expect(await sharp(thumbnail).metadata()).toMatchObject({ format: 'webp', height: 320 });
      expect(page).toMatchObject({ imageMediaType: 'image/png', dpi: 200, fault: null });
      expect(page.perceptualHash).toMatch(/^[0-9a-f]{16}$/);
      expect(page.textLayer?.words.map(({ text }) => text)).toEqual(['Page', String(number)]);
      // A5 at 200 dpi.
      expect([width, height]).toEqual([1165, 1654]);
    }
  });

  it('renders the pages of images, which have no text layer', async () => {
    const { bytes } = await makeDocument({ kind: 'letter', seed: 1, as: 'jpeg' });
    const pages = await render(shared, bytes, 'image/jpeg');
    expect(pages).toHaveLength(1);
    expect(pages[0]).toMatchObject({
      number: 1,
      pageCount: 1,
      width: 1654,
      height: 2339,
      dpi: 200,
      textLayer: null,
    });
  });

  it('draws a large page at a lower resolution, and a tiny one at a higher', async () => {
    const renderer = createRenderer({ maxPagePixels: 1_000_000 });
    const [poster] = await render(renderer, simplePdf('/MediaBox [0 0 5000 5000]'));
    expect((poster?.width ?? 0) * (poster?.height ?? 0)).toBeLessThanOrEqual(1_000_000);
    expect(poster?.dpi).toBe(14);
    const [stamp] = await render(renderer, simplePdf('/MediaBox [0 0 72 72]'));
    expect([stamp?.width, stamp?.dpi]).toEqual([1000, 1000]);
    const [strip] = await render(renderer, simplePdf('/MediaBox [0 0 1 14400]'));
    expect(strip?.height).toBeLessThanOrEqual(16_000);
  });

  it('refuses a file with too many pages, naming limit and number', async () => {
    await expect(render(createRenderer({ maxPages: 3 }), await pdfOfPages(4))).rejects.toMatchObject({
      code: 'TOO_MANY_PAGES',
      isPublic: true,
      message: expect.stringMatching(/has 4 pages and the limit is 3/),
    });
  });

  it('lets a blank page with its fault stand for a damaged page, unless all are', async () => {
    const pageOf = (kids: string, count: number) =>
      buildPdf([
        '<< /Type /Catalog /Pages 2 0 R >>',
        `<< /Type /Pages /Kids [${kids}] /Count ${count} >>`,
        '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] >>',
        '(no page at all)',
      ]);
    const pages = await render(shared, pageOf('4 0 R 3 0 R', 2));
    expect(pages.map(({ fault }) => fault === null)).toEqual([false, true]);
    expect(pages[0]).toMatchObject({ textLayer: null, fault: expect.stringContaining('Page 1 is damaged') });
    await expect(render(shared, pageOf('4 0 R', 1))).rejects.toMatchObject({ isPublic: true });
  });

  it('gives up a file that takes too long, and reads the next one', async () => {
    const renderer = createRenderer({ pageTimeoutMs: 2500 });
    await expect(render(renderer, buildEndlessPdf())).rejects.toMatchObject({
      code: 'READING_TIMEOUT',
      isPublic: true,
      message: expect.stringMatching(/reading page 1 took longer than the limit of 2500 ms/),
    });
    expect(await render(renderer, simplePdf())).toHaveLength(1);
  });

  it('gives up a file that needs too much memory, and reads the next one', async () => {
    const renderer = createRenderer({
      maxMemoryBytes: 300 * MEBIBYTE,
      maxPixels: 100_000_000,
      maxPagePixels: 100_000_000,
    });
    const hugePage = simplePdf('/MediaBox [0 0 4000 4000]');
    await expect(render(renderer, hugePage)).rejects.toMatchObject({
      code: 'UNREADABLE_FILE',
      isPublic: true,
      message: expect.stringContaining('needs more memory than allowed'),
    });
    expect(await render(renderer, simplePdf())).toHaveLength(1);
  });

  it('says why a file is refused and reads the next one in the same process', async () => {
    const renderer = shared;
    await expect(render(renderer, Buffer.from('%PDF-1.7\nbroken'))).rejects.toMatchObject({
      code: 'UNREADABLE_FILE',
    });
    await expect(render(renderer, Buffer.from('no png'), 'image/png')).rejects.toMatchObject({
      code: 'UNREADABLE_FILE',
    });
    expect(await render(renderer, simplePdf())).toHaveLength(1);
  });

  it('may start its process before the first file, which is then read by it', async () => {
    const renderer = createRenderer();
    await renderer.warmUp();
    expect(await render(renderer, simplePdf())).toHaveLength(1);
    await renderer.close();
    await expect(renderer.warmUp()).rejects.toMatchObject({ code: 'RENDERER_CLOSED' });
  });

  it('can be left after some pages and used again', async () => {
    const renderer = shared;
    const path = await writeTemporary(await pdfOfPages(3));
    for await (const { number } of renderer.renderPages(path, 'application/pdf')) {
      if (number === 2) break;
    }
    expect(await render(renderer, simplePdf())).toHaveLength(1);
  });

  it('reads as many files at once as it may, the others after them', async () => {
    const renderer = createRenderer({ maxProcesses: 2 });
    const files = await Promise.all([1, 2, 3, 4, 5].map(pdfOfPages));
    const results = await Promise.all(files.map((bytes) => render(renderer, bytes)));
    expect(results.map((pages) => pages.length)).toEqual([1, 2, 3, 4, 5]);
  });

  it('stops what it reads when it is closed, as something to be tried again', async () => {
    const renderer = createRenderer();
    const closed = { code: 'RENDERER_CLOSED', isPublic: false, retryable: true };
    const reading = expect(render(renderer, buildEndlessPdf())).rejects.toMatchObject(closed);
    const waiting = expect(render(renderer, simplePdf())).rejects.toMatchObject(closed);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await renderer.close();
    await Promise.all([reading, waiting]);
    await expect(render(renderer, simplePdf())).rejects.toMatchObject(closed);
  });
});

describe('made documents', () => {
  it('are the same for the same seed and differ by seed and kind', async () => {
    const make = async (kind: (typeof documentKinds)[number], seed: number) =>
      (await makeDocument({ kind, seed, as: 'pdf' })).bytes.toString('latin1');
    expect(await make('invoice', 7)).toBe(await make('invoice', 7));
    const all = await Promise.all(documentKinds.flatMap((kind) => [1, 2, 3].map((seed) => make(kind, seed))));
    expect(new Set(all).size).toBe(9);
  });
});
