/**
 * An uploaded file opened as pages, whatever its kind. It runs where it is called and trusts the file not to be
 * hostile: page-renderer.ts calls it in a process of its own.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { AppError } from '../../shared/errors.js';
import {
  createNoPagesError,
  createTooManyPagesError,
  createUnreadableFileError,
  UNREADABLE_FILE,
} from '../document.errors.js';
import { type ImageMediaType, openImage } from './image-file.js';
import type { DocumentMediaType } from './media-type.js';
import { encodePageImage, MAX_PAGE_SIDE } from './page-image.js';
import type { PagePixels } from './page-pixels.js';
import { openPdf, type PdfPage } from './pdf-document.js';
import type { Pdfium } from './pdfium.js';
import type { RenderedPage, RenderLimits } from './rendered-page.js';

export type DocumentFile = {
  pageCount: number;
  /**
   * Numbers start at 1.
   * @throws public TOO_MANY_PIXELS, UNREADABLE_FILE.
   */
  renderPage(number: number): Promise<RenderedPage>;
  /**
   * A PDF of some pages, both ends included, of a PDF of which no page has been rendered yet.
   * @throws public UNREADABLE_FILE; Error for files of another kind.
   */
  copyPages(firstPage: number, lastPage: number): Uint8Array;
  close(): void;
};

type PageContent = Pick<RenderedPage, 'dpi' | 'textLayer' | 'fault'> & { pixels: PagePixels };

/** A file of either kind, before its pages are made alike. */
type PageSource = {
  pageCount: number;
  decodePage(number: number): Promise<PageContent>;
  copyPages(firstPage: number, lastPage: number): Uint8Array;
  close(): void;
};

const POINTS_PER_INCH = 72;

// A scan saved with a wrong resolution gives a page the size of a stamp: it is drawn larger, with at least as many pixels
// on its longer side as a page of A5 has at 200 dpi.
const LEAST_LONG_SIDE = 1654;

// Enough for a stamp; beyond, the page is a dot and more pixels show no more.
const MOST_PDF_DPI = 2400;

/** White, in the shape of a sheet: stands for a page that cannot be read. */
const BLANK_PAGE_SIZE = { width: 850, height: 1100 };

/**
 * Opens a file whose kind is known. `getPdfium` is asked for PDFs only.
 * @throws public ENCRYPTED_PDF, UNREADABLE_FILE, NO_PAGES, TOO_MANY_PAGES.
 */
export async function openDocumentFile(
  path: string,
  mediaType: DocumentMediaType,
  limits: RenderLimits,
  getPdfium: () => Promise<Pdfium>,
): Promise<DocumentFile> {
  const file =
    mediaType === 'application/pdf'
      ? openPdfFile(path, limits, await getPdfium())
      : await openImageFile(path, mediaType, limits);
  const { pageCount, close } = file;
  if (pageCount > limits.maxPages || pageCount === 0) {
    close();
    throw pageCount === 0 ? createNoPagesError() : createTooManyPagesError(limits.maxPages, pageCount);
  }
  let hasReadablePage = false;
  const decodePage = async (number: number): Promise<PageContent> => {
    try {
      const content = await file.decodePage(number);
      hasReadablePage = true;
      return content;
    } catch (error) {
      // One bad page does not spoil a file; a file without a good one is not readable.
      const isLastHope = number === pageCount && !hasReadablePage;
      if (!(error instanceof AppError) || error.code !== UNREADABLE_FILE || isLastHope) throw error;
      return blankPage(error.message);
    }
  };
  return {
    pageCount,
    close,
    copyPages: file.copyPages,
    async renderPage(number) {
      const { pixels, dpi, textLayer, fault } = await decodePage(number);
      const { mediaType: imageMediaType, ...image } = await encodePageImage(pixels);
      const wholeDpi = dpi === null ? null : Math.max(1, Math.round(dpi));
      return { number, pageCount, ...image, imageMediaType, dpi: wholeDpi, textLayer, fault };
    },
  };
}

async function openImageFile(
  path: string,
  mediaType: ImageMediaType,
  limits: RenderLimits,
): Promise<PageSource> {
  const image = await openImage(path, mediaType, limits);
  return {
    pageCount: image.pageCount,
    decodePage: async (number) => ({ ...(await image.decodePage(number)), textLayer: null }),
    copyPages() {
      throw new Error(`pages of ${mediaType} cannot be copied into a file of their own`);
    },
    close: () => {},
  };
}

function openPdfFile(path: string, limits: RenderLimits, pdfium: Pdfium): PageSource {
  const descriptor = openSync(path, 'r');
  const close = () => closeSync(descriptor);
  try {
    const document = openPdf(pdfium, {
      byteSize: fstatSync(descriptor).size,
      read: (target, position) => readFully(descriptor, target, position),
    });
    return {
      pageCount: document.pageCount,
      async decodePage(number) {
        const page = document.openPage(number);
        if (page === null) throw createUnreadableFileError(`Page ${number} is damaged.`);
        return drawPage(page, limits);
      },
      copyPages(firstPage, lastPage) {
        const copy = document.copyPages(firstPage, lastPage);
        if (copy === null) throw createUnreadableFileError('Its pages cannot be copied.');
        return copy;
      },
      close() {
        document.close();
        close();
      },
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** Whether all of `target` was read; PDFium wants to know and does not want to be thrown at. */
function readFully(descriptor: number, target: Uint8Array, position: number): boolean {
  try {
    return readSync(descriptor, target, 0, target.byteLength, position) === target.byteLength;
  } catch {
    return false;
  }
}

function drawPage(page: PdfPage, limits: RenderLimits): PageContent {
  try {
    const textLayer = page.readTextLayer();
    const { size, dpi } = drawingSize(page, limits);
    return { pixels: { ...page.render(size), channels: 4 }, dpi, textLayer, fault: null };
  } finally {
    page.close();
  }
}

/** How large to draw a page: at the resolution asked for, more for tiny pages, less where the limit is met. */
function drawingSize(page: Pick<PdfPage, 'widthPoints' | 'heightPoints'>, limits: RenderLimits) {
  const widthInches = Math.max(page.widthPoints, 1) / POINTS_PER_INCH;
  const heightInches = Math.max(page.heightPoints, 1) / POINTS_PER_INCH;
  const wanted = Math.max(limits.pdfDpi, LEAST_LONG_SIDE / Math.max(widthInches, heightInches));
  const mostByArea = Math.sqrt(limits.maxPagePixels / (widthInches * heightInches));
  const mostBySide = MAX_PAGE_SIDE / Math.max(widthInches, heightInches);
  const dpi = Math.min(wanted, mostByArea, mostBySide, MOST_PDF_DPI);
  const size = {
    width: Math.max(1, Math.floor(widthInches * dpi)),
    height: Math.max(1, Math.floor(heightInches * dpi)),
  };
  return { size, dpi };
}

function blankPage(reason: string): PageContent {
  const { width, height } = BLANK_PAGE_SIZE;
  return {
    pixels: { width, height, channels: 1, data: Buffer.alloc(width * height, 255) },
    dpi: null,
    textLayer: null,
    fault: `A blank page stands for this one, which cannot be read: ${reason}`,
  };
}
