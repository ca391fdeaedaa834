import PDFDocument from 'pdfkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { openPdf, type PdfDocument, pdfSourceOf } from '../../../src/documents/rendering/pdf-document.js';
import { loadPdfium, type Pdfium } from '../../../src/documents/rendering/pdfium.js';
import { buildPagePdf, buildPdf } from '../../support/raw-pdf.js';

type Sheet = InstanceType<typeof PDFDocument>;
type PdfkitOptions = ConstructorParameters<typeof PDFDocument>[0];

async function makePdf(draw: (sheet: Sheet) => void, options: PdfkitOptions = {}): Promise<Buffer> {
  const sheet = new PDFDocument({ size: [600, 800], margin: 50, ...options });
  const chunks: Buffer[] = [];
  sheet.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise((resolve) => sheet.on('end', resolve));
  draw(sheet);
  sheet.end();
  await ended;
  return Buffer.concat(chunks);
}

describe('a PDF document', () => {
  let pdfium: Pdfium;
  beforeAll(async () => {
    pdfium = await loadPdfium();
  });

  function withPdf<Result>(bytes: Uint8Array, use: (document: PdfDocument) => Result): Result {
    const document = openPdf(pdfium, pdfSourceOf(bytes));
    try {
      return use(document);
    } finally {
      document.close();
    }
  }

  function readPage(bytes: Uint8Array, number = 1) {
    return withPdf(bytes, (document) => {
      const page = document.openPage(number);
      if (page === null) throw new Error(`Page ${number} is missing`);
      const { widthPoints, heightPoints } = page;
      const textLayer = page.readTextLayer();
      const pixels = page.render({ width: widthPoints / 2, height: heightPoints / 2 });
      page.close();
      return { widthPoints, heightPoints, ...textLayer, pixels };
    });
  }

  /** The box of the pixels that are not white, in thousandths of the page. */
  function inkBox({ width, height, data }: { width: number; height: number; data: Buffer }) {
    const xs: number[] = [];
    const ys: number[] = [];
    for (let index = 0; index < width * height; index += 1) {
      if ((data[index * 4] ?? 255) > 200) continue;
      xs.push(index % width);
      ys.push(Math.floor(index / width));
    }
    const edges = [Math.min(...xs) / width, Math.min(...ys) / height];
    const farEdges = [(Math.max(...xs) + 1) / width, (Math.max(...ys) + 1) / height];
    return [...edges, ...farEdges].map((part) => part * 1000);
  }

  it('gives pages with their sizes, words and boxes', async () => {
    const bytes = await makePdf((sheet) => {
      sheet.font('Helvetica').fontSize(20).text('Invoice number 4711', 60, 80);
      sheet.addPage({ size: [300, 200] }).text('Second');
    });
    expect(withPdf(bytes, ({ pageCount }) => pageCount)).toBe(2);
    const { widthPoints, heightPoints, words, unmappedShare } = readPage(bytes);
    expect([widthPoints, heightPoints]).toEqual([600, 800]);
    expect(words.map(({ text }) => text)).toEqual(['Invoice', 'number', '4711']);
    expect(unmappedShare).toBe(0);
    expect(readPage(bytes, 2).words.map(({ text }) => text)).toEqual(['Second']);
  });

  it.each([
    ['upright', ''],
    ['turned by 90 degrees', '/Rotate 90'],
    ['turned by 180 degrees', '/Rotate 180'],
    ['turned by 270 degrees', '/Rotate 270'],
    ['cropped', '/CropBox [50 300 450 790]'],
    ['turned and cropped', '/CropBox [50 300 450 790] /Rotate 90'],
    ['with an origin elsewhere', '/MediaBox [-100 200 500 800]'],
  ])('has the boxes of its words where their ink is: %s', (_name, page) => {
    const bytes = buildPagePdf({ content: 'BT /F1 40 Tf 100 600 Td (Hamburg) Tj ET', page });
    const { words, pixels } = readPage(bytes);
    expect(words.map(({ text }) => text)).toEqual(['Hamburg']);
    const ink = inkBox(pixels);
    // Two pixels: a box ends where the outline does, and the drawing is smoothed over one pixel more.
    const tolerance = 2 * (1000 / Math.min(pixels.width, pixels.height));
    for (const [index, edge] of (words[0]?.box ?? []).entries()) {
      expect(Math.abs(edge - (ink[index] ?? Number.NaN)), `edge ${index}`).toBeLessThan(tolerance);
    }
  });

  it('reads words that run upwards', async () => {
    const bytes = await makePdf((sheet) => {
      sheet
        .rotate(-90, { origin: [200, 400] })
        .fontSize(18)
        .text('running upwards', 200, 400);
    });
    expect(readPage(bytes).words.map(({ text }) => text)).toEqual(['running', 'upwards']);
  });

  it('splits words that are set apart without a space', () => {
    const content = 'BT /F1 12 Tf 100 600 Td (Total) Tj 200 0 Td (42.00) Tj ET';
    expect(readPage(buildPagePdf({ content })).words.map(({ text }) => text)).toEqual(['Total', '42.00']);
  });

  it('shows and reads what was filled into a form', async () => {
    const bytes = await makePdf((sheet) => {
      sheet.font('Helvetica').text('Name:', 50, 50);
      sheet.initForm();
      sheet.formText('name', 120, 45, 200, 20, { value: 'Smith' });
    });
    const { words, pixels } = readPage(bytes);
    expect(words.map(({ text }) => text)).toEqual(['Name:', 'Smith']);
    expect(inkBox(pixels)[2]).toBeGreaterThan(200);
  });

  it('has no words on a page without text', () => {
    expect(readPage(buildPagePdf({ content: '100 100 200 200 re f' })).words).toEqual([]);
  });

  it('opens when only its changes are protected by a password', async () => {
    const bytes = await makePdf((sheet) => sheet.text('Open to read'), { ownerPassword: 'secret' });
    expect(readPage(bytes).words).toHaveLength(3);
  });

  it('is refused when it needs a password', async () => {
    const bytes = await makePdf((sheet) => sheet.text('Secret'), { userPassword: 'secret' });
    expect(() => withPdf(bytes, () => {})).toThrow(
      expect.objectContaining({
        code: 'ENCRYPTED_PDF',
        isPublic: true,
        message: expect.stringContaining('password'),
      }),
    );
  });

  it('is refused when it is damaged', () => {
    for (const bytes of [Buffer.from('%PDF-1.4\nnothing more'), Buffer.alloc(0)]) {
      expect(() => withPdf(bytes, () => {})).toThrow(expect.objectContaining({ code: 'UNREADABLE_FILE' }));
    }
  });

  it('is refused when it has no pages', () => {
    const bytes = buildPdf(['<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Kids [] /Count 0 >>']);
    expect(() => withPdf(bytes, () => {})).toThrow(expect.objectContaining({ code: 'NO_PAGES' }));
  });

  it('does not count pages that are stated but missing at its end', () => {
    const page = '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] >>';
    const bytes = buildPdf([
      '<< /Type /Catalog /Pages 2 0 R >>',
      '<< /Type /Pages /Kids [3 0 R] /Count 9 >>',
      page,
    ]);
    expect(withPdf(bytes, ({ pageCount }) => pageCount)).toBe(1);
  });

  it('is read in parts, when they are needed', async () => {
    const draw = (sheet: Sheet) => {
      for (let number = 1; number <= 50; number += 1) sheet.addPage().text(`${number} `.repeat(2000));
    };
    const bytes = await makePdf(draw, { compress: false });
    const source = pdfSourceOf(bytes);
    let readBytes = 0;
    const counting = {
      byteSize: source.byteSize,
      read(target: Uint8Array, position: number) {
        readBytes += target.byteLength;
        return source.read(target, position);
      },
    };
    const document = openPdf(pdfium, counting);
    document.openPage(1)?.close();
    document.close();
    expect(readBytes).toBeLessThan(bytes.length / 2);
  });

  it('leaves no memory behind when it is opened and closed again and again', async () => {
    const bytes = await makePdf((sheet) => sheet.text('Again'));
    readPage(bytes);
    const before = pdfium.memory().byteLength;
    for (let round = 0; round < 100; round += 1) readPage(bytes);
    expect(pdfium.memory().byteLength).toBe(before);
  });
});
