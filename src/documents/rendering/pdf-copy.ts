/** Copies pages of a PDF into a new one, by PDFium: their contents as they are, without bookmarks and the file's own data. */
import type { Pdfium } from './pdfium.js';

const bytesOfIndex = 4;

/**
 * @param document PDFium's pointer to it; pages from 1, both ends included.
 * @returns the bytes of the new PDF, or null when PDFium cannot copy them.
 */
export function copyPdfPages(
  pdfium: Pdfium,
  document: number,
  firstPage: number,
  lastPage: number,
): Uint8Array | null {
  const { calls, memory } = pdfium;
  const count = lastPage - firstPage + 1;
  const copy = calls.FPDF_CreateNewDocument();
  if (copy === 0) return null;
  try {
    const isCopied = pdfium.withMemory(count * bytesOfIndex, (indices) => {
      const view = memory();
      for (let offset = 0; offset < count; offset += 1) {
        view.setInt32(indices + offset * bytesOfIndex, firstPage - 1 + offset, true);
      }
      return calls.FPDF_ImportPagesByIndex(copy, document, indices, count, 0);
    });
    return isCopied ? save(pdfium, copy) : null;
  } finally {
    calls.FPDF_CloseDocument(copy);
  }
}

function save(pdfium: Pdfium, document: number): Uint8Array | null {
  const { calls } = pdfium;
  const writer = calls.PDFiumExt_OpenFileWriter();
  try {
    if (calls.PDFiumExt_SaveAsCopy(document, writer) === 0) return null;
    const byteSize = calls.PDFiumExt_GetFileWriterSize(writer);
    return pdfium.withMemory(byteSize, (target) => {
      calls.PDFiumExt_GetFileWriterData(writer, target, byteSize);
      return calls.pdfium.HEAPU8.slice(target, target + byteSize);
    });
  } finally {
    calls.PDFiumExt_CloseFileWriter(writer);
  }
}
