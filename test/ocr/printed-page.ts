/**
 * Pages with known words: drawn by pdfkit in the standard fonts that every PDF engine carries, rendered by PDFium, whose
 * text layer says where each word is.
 */
import PDFDocument from 'pdfkit';
import sharp from 'sharp';
import { openPdf, pdfSourceOf } from '../../src/documents/rendering/pdf-document.js';
import type { PdfTextLayer } from '../../src/documents/rendering/pdf-words.js';
import { loadPdfium } from '../../src/documents/rendering/pdfium.js';
import type { Word } from '../../src/ocr/word.js';

type Sheet = InstanceType<typeof PDFDocument>;

export type PrintedPage = { image: Buffer; dpi: number; textLayer: PdfTextLayer };

export const PROSE =
  'The committee met on the third of March and heard the report of the treasurer, who said that the accounts of ' +
  'the previous year had been closed without a deficit for the first time since the building was bought, and that ' +
  'the members owed no further contribution to the repair of the roof. Everybody was glad to hear it.';

/** Draws one sheet of A4 and renders it, without colour, at `dpi`. */
export async function printPage(draw: (sheet: Sheet) => void, dpi = 200): Promise<PrintedPage> {
  const sheet = new PDFDocument({ size: 'A4', margin: 60 });
  const chunks: Buffer[] = [];
  sheet.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise((resolve) => sheet.on('end', resolve));
  draw(sheet);
  sheet.end();
  await ended;

  const document = openPdf(await loadPdfium(), pdfSourceOf(Buffer.concat(chunks)));
  const page = document.openPage(1);
  if (page === null) throw new Error('The drawn PDF has no first page');
  const width = Math.round((page.widthPoints / 72) * dpi);
  const height = Math.round((page.heightPoints / 72) * dpi);
  const { data } = page.render({ width, height });
  const textLayer = page.readTextLayer();
  page.close();
  document.close();
  const image = await sharp(data, { raw: { width, height, channels: 4 } })
    .removeAlpha()
    .toColourspace('b-w')
    .png({ compressionLevel: 1 })
    .toBuffer();
  return { image, dpi, textLayer };
}

/** A page of {@link PROSE}. */
export async function printProse(dpi?: number): Promise<PrintedPage> {
  return printPage((sheet) => sheet.font('Times-Roman').fontSize(12).text(PROSE, { lineGap: 4 }), dpi);
}

/** A heading over two columns of {@link PROSE}, four times in all. */
export async function printColumns(): Promise<PrintedPage> {
  return printPage((sheet) => {
    sheet.font('Times-Bold').fontSize(20).text('The year that the roof was mended', { align: 'center' });
    sheet.font('Times-Roman').fontSize(11);
    for (const column of [0, 1]) {
      const [left, width] = [60 + column * 248, 227];
      sheet.text(`${PROSE} ${PROSE}`, left, 120, { width, align: 'justify', lineGap: 3 });
    }
  });
}

/** A page with nothing on it. */
export async function printNothing(): Promise<PrintedPage> {
  return printPage(() => undefined);
}

export const textsOf = (words: readonly Word[]): string[] => words.map(({ text }) => text);
