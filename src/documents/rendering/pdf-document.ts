/**
 * A PDF opened with PDFium: how many pages it has, how large they are, what they look like and which characters
 * they hold. It runs where it is called; page-worker.ts gives it a process of its own, which hostile files need.
 */
import {
  createEncryptedPdfError,
  createNoPagesError,
  createUnreadableFileError,
  createUnsupportedEncryptionError,
} from '../document.errors.js';
import { copyPdfPages } from './pdf-copy.js';
import { groupIntoWords, type PdfCharacter, type PdfTextLayer, type Rectangle } from './pdf-words.js';
import {
  ANNOTATION_SUBTYPE_WIDGET,
  APPEARANCE_MODE_NORMAL,
  BITMAP_BYTES_PER_PIXEL,
  BITMAP_FORMAT_BGRX,
  FLATTEN_FOR_DISPLAY,
  FLATTEN_RESULT,
  PDFIUM_ERROR,
  type Pdfium,
  RENDER_FLAG,
} from './pdfium.js';

/** Where the bytes of a PDF come from; they are read in parts, when they are needed. */
export type PdfSource = {
  byteSize: number;
  /** Fills `target` with the bytes from `position` on; false when it cannot be filled. Must not throw. */
  read(target: Uint8Array, position: number): boolean;
};

/** Raw pixels row by row from the top, four bytes each: red, green, blue, unused. */
type RgbxPixels = { width: number; height: number; data: Buffer };

export type PdfPage = {
  /** Size as shown (crop box and rotation applied), in points of 1/72 inch. */
  widthPoints: number;
  heightPoints: number;
  readTextLayer(): PdfTextLayer;
  /** Draws the page on white, stretched to the given size in pixels. */
  render(size: { width: number; height: number }): RgbxPixels;
  close(): void;
};

export type PdfDocument = {
  pageCount: number;
  /** Opens a page (numbers start at 1), its annotations and form fields merged in; null when it is damaged. */
  openPage(number: number): PdfPage | null;
  /** A new PDF of some of the pages, both ends included; null when they cannot be copied. Call it before any page is opened. */
  copyPages(firstPage: number, lastPage: number): Uint8Array | null;
  close(): void;
};

/** A PDF that is in memory already. */
export function pdfSourceOf(bytes: Uint8Array): PdfSource {
  return {
    byteSize: bytes.byteLength,
    read(target, position) {
      if (position + target.byteLength > bytes.byteLength) return false;
      target.set(bytes.subarray(position, position + target.byteLength));
      return true;
    },
  };
}

// PDFium counts positions in signed 32-bit numbers.
const MAX_PDF_BYTES = 2 ** 31 - 1;

/**
 * Opens a PDF. Only a password that is empty opens by itself.
 * @throws public ENCRYPTED_PDF, UNREADABLE_FILE, NO_PAGES; a WebAssembly.RuntimeError when PDFium fails inside,
 * after which `pdfium` must not be used again.
 */
export function openPdf(pdfium: Pdfium, source: PdfSource): PdfDocument {
  if (source.byteSize > MAX_PDF_BYTES) {
    throw createUnreadableFileError(`The PDF has ${source.byteSize} bytes; ${MAX_PDF_BYTES} can be read.`);
  }
  const file = createFileAccess(pdfium, source);
  const document = pdfium.calls.FPDF_LoadCustomDocument(file.pointer, '');
  if (document === 0) {
    file.release();
    throw openingError(pdfium.calls.FPDF_GetLastError());
  }
  const close = () => {
    pdfium.calls.FPDF_CloseDocument(document);
    file.release();
  };
  const pageCount = countPages(pdfium, document);
  if (pageCount === 0) {
    close();
    throw createNoPagesError();
  }
  return {
    pageCount,
    openPage: (number) => openPage(pdfium, document, number - 1),
    copyPages: (firstPage, lastPage) => copyPdfPages(pdfium, document, firstPage, lastPage),
    close,
  };
}

function openingError(code: number) {
  if (code === PDFIUM_ERROR.password) return createEncryptedPdfError();
  if (code === PDFIUM_ERROR.unsupportedSecurity) return createUnsupportedEncryptionError();
  return createUnreadableFileError(
    'The file begins as a PDF but cannot be read as one: it is damaged or cut short.',
  );
}

/** What the file states, less the pages at its end that are not in it: the count is often wrong in damaged files. */
function countPages({ calls }: Pdfium, document: number): number {
  const exists = (index: number) => {
    // Pages written into their parent have no object number; only those are opened to see whether they are there.
    if (calls.EPDFDoc_GetPageObjectNumberByIndex(document, index) !== 0) return true;
    const page = calls.FPDF_LoadPage(document, index);
    if (page !== 0) calls.FPDF_ClosePage(page);
    return page !== 0;
  };
  let count = Math.max(0, calls.FPDF_GetPageCount(document));
  while (count > 0 && !exists(count - 1)) count -= 1;
  return count;
}

/** The C struct FPDF_FILEACCESS: the file's size, a function that reads a block of it, and a parameter (unused). */
function createFileAccess({ calls }: Pdfium, source: PdfSource): { pointer: number; release(): void } {
  const { pdfium: module } = calls;
  const readBlock = module.addFunction(
    (_param: number, position: number, target: number, byteSize: number) => {
      const block = module.HEAPU8.subarray(target >>> 0, (target >>> 0) + (byteSize >>> 0));
      return source.read(block, position >>> 0) ? 1 : 0;
    },
    'iiiii',
  );
  const pointer = module.wasmExports.malloc(12);
  for (const [index, value] of [source.byteSize, readBlock, 0].entries()) {
    module.setValue(pointer + 4 * index, value, 'i32');
  }
  return {
    pointer,
    release() {
      module.removeFunction(readBlock);
      module.wasmExports.free(pointer);
    },
  };
}

function openPage(pdfium: Pdfium, document: number, index: number): PdfPage | null {
  const { calls } = pdfium;
  let page = calls.FPDF_LoadPage(document, index);
  if (page === 0) return null;
  drawFieldsWithoutAppearance(pdfium, page);
  // Filled-in form fields and notes are annotations, which neither the text nor the plain drawing includes;
  // flattened, they are part of the page like everything else.
  const flattened = calls.FPDFPage_Flatten(page, FLATTEN_FOR_DISPLAY);
  if (flattened === FLATTEN_RESULT.done) {
    calls.FPDF_ClosePage(page);
    page = calls.FPDF_LoadPage(document, index);
    if (page === 0) return null;
  }
  const openedPage = page;
  const renderFlags =
    RENDER_FLAG.reverseByteOrder | (flattened === FLATTEN_RESULT.failed ? RENDER_FLAG.annotations : 0);
  return {
    widthPoints: calls.FPDF_GetPageWidthF(openedPage),
    heightPoints: calls.FPDF_GetPageHeightF(openedPage),
    readTextLayer: () => readTextLayer(pdfium, openedPage),
    render: (size) => renderPage(pdfium, openedPage, size, renderFlags),
    close: () => calls.FPDF_ClosePage(openedPage),
  };
}

/** Programs that fill in forms often leave it to the reader to draw what was filled in. */
function drawFieldsWithoutAppearance({ calls }: Pdfium, page: number): void {
  const annotationCount = calls.FPDFPage_GetAnnotCount(page);
  for (let index = 0; index < annotationCount; index += 1) {
    const annotation = calls.FPDFPage_GetAnnot(page, index);
    if (annotation === 0) continue;
    const isField = calls.FPDFAnnot_GetSubtype(annotation) === ANNOTATION_SUBTYPE_WIDGET;
    if (isField && !calls.EPDFAnnot_HasAppearanceStream(annotation, APPEARANCE_MODE_NORMAL)) {
      calls.EPDFAnnot_GenerateFormFieldAP(annotation);
    }
    calls.FPDFPage_CloseAnnot(annotation);
  }
}

function renderPage(
  { calls }: Pdfium,
  page: number,
  { width, height }: { width: number; height: number },
  flags: number,
): RgbxPixels {
  const bitmap = calls.FPDFBitmap_CreateEx(width, height, BITMAP_FORMAT_BGRX, 0, 0);
  if (bitmap === 0) throw new Error(`PDFium has no memory for a page of ${width} x ${height} pixels`);
  try {
    calls.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, 0xffffffff);
    calls.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, flags);
    const start = calls.FPDFBitmap_GetBuffer(bitmap) >>> 0;
    // With four bytes a pixel, rows have no padding.
    const end = start + width * height * BITMAP_BYTES_PER_PIXEL;
    return { width, height, data: Buffer.from(calls.pdfium.HEAPU8.slice(start, end).buffer) };
  } finally {
    calls.FPDFBitmap_Destroy(bitmap);
  }
}

function readTextLayer(pdfium: Pdfium, page: number): PdfTextLayer {
  const { calls } = pdfium;
  const textPage = calls.FPDFText_LoadPage(page);
  if (textPage === 0) return { words: [], unmappedShare: 0 };
  try {
    const characters = readCharacters(pdfium, page, textPage);
    const visible = characters.filter(({ code }) => code > 0x20);
    const unmapped = visible.filter(({ isUnmapped }) => isUnmapped);
    return {
      words: groupIntoWords(characters),
      unmappedShare: visible.length === 0 ? 0 : unmapped.length / visible.length,
    };
  } finally {
    calls.FPDFText_ClosePage(textPage);
  }
}

/** All characters of a page in PDFium's order, spaces that it adds included. */
function readCharacters(pdfium: Pdfium, page: number, textPage: number): PdfCharacter[] {
  const { calls } = pdfium;
  const toShown = getPlacement(pdfium, page);
  // Room for a box of four doubles, an origin of two and a loose box of four floats.
  return pdfium.withMemory(64, (pointer) =>
    Array.from({ length: calls.FPDFText_CountChars(textPage) }, (_, index) => {
      const hasInk = calls.FPDFText_GetCharBox(
        textPage,
        index,
        pointer,
        pointer + 8,
        pointer + 16,
        pointer + 24,
      );
      const hasOrigin = calls.FPDFText_GetCharOrigin(textPage, index, pointer + 32, pointer + 40);
      const hasCell = calls.FPDFText_GetLooseCharBox(textPage, index, pointer + 48);
      const memory = pdfium.memory();
      const double = (offset: number) => memory.getFloat64(pointer + offset, true);
      const float = (offset: number) => memory.getFloat32(pointer + offset, true);
      const ink = hasInk ? { x0: double(0), x1: double(8), y0: double(16), y1: double(24) } : NOWHERE;
      const cell = hasCell ? { x0: float(48), y1: float(52), x1: float(56), y0: float(60) } : ink;
      return {
        code: calls.FPDFText_GetUnicode(textPage, index),
        isUnmapped: calls.FPDFText_HasUnicodeMapError(textPage, index) === 1,
        // PDFium gives it clockwise.
        angle: -calls.FPDFText_GetCharAngle(textPage, index),
        origin: hasOrigin ? { x: double(32), y: double(40) } : { x: cell.x0, y: cell.y0 },
        cell,
        // Some fonts give their glyphs no outline: then the cell is all there is.
        ink: toShown(ink.x1 > ink.x0 && ink.y1 > ink.y0 ? ink : cell),
      };
    }),
  );
}

const NOWHERE: Rectangle = { x0: 0, y0: 0, x1: 0, y1: 0 };

// FPDF_PageToDevice answers whole pixels: on a page a million wide, they are as good as fractions.
const PLACEMENT_PIXELS = 1_000_000;
const PLACEMENT_POINTS = 100;

/** The map from a page's own space (points, y upwards, before rotation and crop) to parts of the page as shown. */
function getPlacement(pdfium: Pdfium, page: number): (rectangle: Rectangle) => Rectangle {
  const place = (x: number, y: number) =>
    pdfium.withMemory(8, (pointer) => {
      const size = PLACEMENT_PIXELS;
      pdfium.calls.FPDF_PageToDevice(page, 0, 0, size, size, 0, x, y, pointer, pointer + 4);
      const memory = pdfium.memory();
      return { x: memory.getInt32(pointer, true) / size, y: memory.getInt32(pointer + 4, true) / size };
    });
  const origin = place(0, 0);
  const alongX = place(PLACEMENT_POINTS, 0);
  const alongY = place(0, PLACEMENT_POINTS);
  const xx = (alongX.x - origin.x) / PLACEMENT_POINTS;
  const xy = (alongX.y - origin.y) / PLACEMENT_POINTS;
  const yx = (alongY.x - origin.x) / PLACEMENT_POINTS;
  const yy = (alongY.y - origin.y) / PLACEMENT_POINTS;
  return ({ x0, y0, x1, y1 }) => {
    const xs = [origin.x + xx * x0 + yx * y0, origin.x + xx * x1 + yx * y1];
    const ys = [origin.y + xy * x0 + yy * y0, origin.y + xy * x1 + yy * y1];
    return { x0: Math.min(...xs), y0: Math.min(...ys), x1: Math.max(...xs), y1: Math.max(...ys) };
  };
}
