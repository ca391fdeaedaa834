/**
 * PDFium, compiled to WebAssembly, as a thin typed layer: it loads the module, lends memory inside it and names the
 * constants of its C interface that are used here. What the calls mean for a document is pdf-document.ts.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { init, type WrappedPdfiumModule } from '@embedpdf/pdfium';

/** Codes of FPDF_GetLastError. */
export const PDFIUM_ERROR = { password: 4, unsupportedSecurity: 5 } as const;

/** FPDFPage_Flatten: with this usage the page is flattened as it is shown on a screen, answering one of the results. */
export const FLATTEN_FOR_DISPLAY = 0;
export const FLATTEN_RESULT = { failed: 0, done: 1, nothingToDo: 2 } as const;

/** FPDFAnnot_GetSubtype: a field of a form. */
export const ANNOTATION_SUBTYPE_WIDGET = 20;
/** Which of an annotation's appearances: the one when no pointer is on it. */
export const APPEARANCE_MODE_NORMAL = 0;

/** FPDFBitmap_CreateEx: four bytes a pixel, the last unused. Drawing into it is faster than into three-byte pixels. */
export const BITMAP_FORMAT_BGRX = 3;
export const BITMAP_BYTES_PER_PIXEL = 4;

/** Flags of FPDF_RenderPageBitmap. */
export const RENDER_FLAG = { annotations: 0x01, reverseByteOrder: 0x10 } as const;

export type Pdfium = {
  /** The C functions, by their names. Pointers are numbers; 0 is none. */
  calls: WrappedPdfiumModule;
  /** Runs `use` with `byteSize` zeroed bytes of PDFium's memory, freed afterwards. */
  withMemory<Result>(byteSize: number, use: (pointer: number) => Result): Result;
  /** PDFium's whole memory. Ask again after every call: growing it replaces the view. */
  memory(): DataView;
};

/** Loads a PDFium of its own; several do not share anything. Takes about 100 ms and 20 MB. */
export async function loadPdfium(): Promise<Pdfium> {
  const wasmPath = createRequire(import.meta.url).resolve('@embedpdf/pdfium/pdfium.wasm');
  const calls = await init({
    wasmBinary: toArrayBuffer(await readFile(wasmPath)),
    // PDFium writes remarks on odd files to the console; what matters comes back as a result.
    print: () => {},
    printErr: () => {},
  });
  calls.PDFiumExt_Init();

  const memory = () => new DataView(calls.pdfium.HEAPU8.buffer);
  return {
    calls,
    memory,
    withMemory(byteSize, use) {
      const pointer = calls.pdfium.wasmExports.malloc(byteSize);
      if (pointer === 0) throw new Error(`PDFium has no memory for ${byteSize} bytes`);
      try {
        calls.pdfium.HEAPU8.fill(0, pointer, pointer + byteSize);
        return use(pointer);
      } finally {
        calls.pdfium.wasmExports.free(pointer);
      }
    },
  };
}

function toArrayBuffer(buffer: Buffer): ArrayBuffer {
  const copy = new ArrayBuffer(buffer.byteLength);
  new Uint8Array(copy).set(buffer);
  return copy;
}
