/**
 * Renders the pages of files in processes of their own: a file that crashes its reader, hangs it or fills its memory
 * costs that process and gets a clear error, and the next file finds a fresh one.
 */
import { createRendererClosedError } from '../document.errors.js';
import type { PageRange } from '../document-split.js';
import type { DocumentMediaType } from './media-type.js';
import { type PageWorkerProcess, startPageWorkerProcess } from './page-worker-process.js';
import type { RenderedPage, RenderLimits } from './rendered-page.js';

export type { RenderedPage } from './rendered-page.js';

export type PageRendererOptions = Pick<RenderLimits, 'maxPages' | 'maxPixels'> & {
  /** Longest time that opening a file, or rendering one page, may take. */
  pageTimeoutMs: number;
  /** How many files are read at once; each takes a process under full load. */
  maxProcesses?: number;
  /** See {@link RenderLimits}; never more than `maxPixels`. */
  maxPagePixels?: number;
  pdfDpi?: number;
  /** Most memory of one process. */
  maxMemoryBytes?: number;
};

export type PageRenderer = {
  /**
   * Renders a local file page by page, in order; the next page is begun when it is asked for.
   * @throws public ENCRYPTED_PDF, UNREADABLE_FILE, NO_PAGES, TOO_MANY_PAGES, TOO_MANY_PIXELS, READING_TIMEOUT;
   * internal and retryable RENDERER_CLOSED, RENDERER_UNAVAILABLE.
   */
  renderPages(localPath: string, mediaType: DocumentMediaType): AsyncGenerator<RenderedPage, void>;
  /**
   * Makes a PDF of some pages of a local PDF, both ends included, with all that is drawn on them.
   * @throws as renderPages.
   */
  copyPdfPages(localPath: string, pages: PageRange): Promise<Uint8Array>;
  /** Starts a process, so that the next file need not wait for one. @throws as rendering does. */
  warmUp(): Promise<void>;
  /** Ends all processes; files still being read fail with RENDERER_CLOSED. */
  close(): Promise<void>;
};

// Capitals of 10-point type are 20 pixels high at 200 dpi, from where on Tesseract reads best.
const DEFAULT_PDF_DPI = 200;

// A page of A4 has 8.7 million at 300 dpi. Classification needs less, and OCR's time grows with it.
const DEFAULT_MAX_PAGE_PIXELS = 12_000_000;

// An image of 100 million pixels of 16-bit CMYK has 0.8 GB decoded; PDFium ends by itself at 2 GiB.
const DEFAULT_MAX_MEMORY_BYTES = 3 * 1024 ** 3;

// What a process keeps of a large file it would keep for ever; a fresh one holds 0.1 GB.
const RECYCLE_ABOVE_BYTES = 400 * 1024 ** 2;

const CLOSE_TIMEOUT_MS = 10_000;

/** Builds a renderer; processes start when they are needed, or at the warm-up. */
export function createPageRenderer(options: PageRendererOptions): PageRenderer {
  const limits: RenderLimits = {
    maxPages: options.maxPages,
    maxPixels: options.maxPixels,
    maxPagePixels: Math.min(options.maxPagePixels ?? DEFAULT_MAX_PAGE_PIXELS, options.maxPixels),
    pdfDpi: options.pdfDpi ?? DEFAULT_PDF_DPI,
  };
  const maxMemoryBytes = options.maxMemoryBytes ?? DEFAULT_MAX_MEMORY_BYTES;
  const timeoutMs = options.pageTimeoutMs;
  const idle: PageWorkerProcess[] = [];
  const busy = new Set<PageWorkerProcess>();
  const waiting: (() => void)[] = [];
  let freeSlots = options.maxProcesses ?? 1;
  let isClosed = false;

  const take = async (): Promise<PageWorkerProcess> => {
    if (freeSlots > 0) freeSlots -= 1;
    // Whoever frees a slot hands it over without counting it free.
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      const worker = isClosed ? null : (idle.pop() ?? (await startPageWorkerProcess({ maxMemoryBytes })));
      if (worker === null || isClosed) {
        worker?.kill(createRendererClosedError());
        throw createRendererClosedError();
      }
      busy.add(worker);
      return worker;
    } catch (error) {
      release();
      throw error;
    }
  };
  const release = () => {
    const next = waiting.shift();
    if (next === undefined) freeSlots += 1;
    else next();
  };

  /** Closes the worker's file and keeps the worker for the next one, unless it has died or grown. */
  const giveBack = async (worker: PageWorkerProcess) => {
    try {
      if (!worker.isAlive()) return;
      const closing = { task: 'closing the file', timeoutMs: CLOSE_TIMEOUT_MS };
      const { memoryBytes } = await worker.ask({ kind: 'close' }, closing);
      if (memoryBytes <= RECYCLE_ABOVE_BYTES && !isClosed) idle.push(worker);
      else worker.kill(createRendererClosedError());
    } catch {
      // It died of closing a file whose pages are all rendered: nothing is lost, and the next file gets a fresh one.
    } finally {
      busy.delete(worker);
      release();
    }
  };

  return {
    async *renderPages(path, mediaType) {
      const worker = await take();
      try {
        const open = { kind: 'open', path, mediaType, limits } as const;
        const { pageCount } = await worker.ask(open, { task: 'opening it', timeoutMs });
        for (let number = 1; number <= pageCount; number += 1) {
          const task = `reading page ${number}`;
          const { page } = await worker.ask({ kind: 'render', number }, { task, timeoutMs });
          yield page;
        }
      } finally {
        await giveBack(worker);
      }
    },
    async copyPdfPages(path, { firstPage, lastPage }) {
      const worker = await take();
      try {
        const open = { kind: 'open', path, mediaType: 'application/pdf', limits } as const;
        await worker.ask(open, { task: 'opening it', timeoutMs });
        const task = 'copying its pages';
        const { bytes } = await worker.ask({ kind: 'copy', firstPage, lastPage }, { task, timeoutMs });
        return bytes;
      } finally {
        await giveBack(worker);
      }
    },
    async warmUp() {
      await giveBack(await take());
    },
    async close() {
      isClosed = true;
      for (const worker of [...idle, ...busy]) worker.kill(createRendererClosedError());
      idle.length = 0;
    },
  };
}
