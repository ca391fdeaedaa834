/**
 * Makes documents for tests: invoices, letters and forms, each with its own words and layout drawn from a seed, as a
 * PDF with a text layer or as a scan (that PDF drawn by PDFium, then turned a little, and grained).
 */
import PDFDocument from 'pdfkit';
import sharp, { type Sharp } from 'sharp';
import { openPdf, pdfSourceOf } from '../../src/documents/rendering/pdf-document.js';
import { loadPdfium } from '../../src/documents/rendering/pdfium.js';
import {
  addressLines,
  type Chance,
  CLOSINGS,
  COMPANIES,
  createChance,
  dateText,
  FORM_CHECKS,
  FORM_TITLES,
  formFields,
  GOODS,
  lastName,
  letterParagraphs,
  personName,
  phoneText,
  SALUTATIONS,
} from './document-texts.js';

export const documentKinds = ['invoice', 'letter', 'form'] as const;

export type DocumentKind = (typeof documentKinds)[number];

/** `tiff` is a fax of black and white; `jpeg` and `png` are grey scans; `scanned-pdf` holds such a scan and no text. */
export type MadeAs = 'pdf' | 'png' | 'scanned-pdf' | 'jpeg' | 'tiff';

export type MadeDocument = { filename: string; bytes: Buffer; kind: DocumentKind };

type Sheet = InstanceType<typeof PDFDocument>;
type Typeface = { regular: string; bold: string };

const TYPEFACES: readonly Typeface[] = [
  { regular: 'Helvetica', bold: 'Helvetica-Bold' },
  { regular: 'Times-Roman', bold: 'Times-Bold' },
  { regular: 'Courier', bold: 'Courier-Bold' },
];

const MARGIN = 60; // points
const SCAN_DPI = 200;
const GRAIN = 3; // levels of grey
const POINTS_PER_INCH = 72;

/** Makes a document; the same options give the same pixels and words. */
export async function makeDocument(options: {
  kind: DocumentKind;
  seed: number;
  as: MadeAs;
}): Promise<MadeDocument> {
  const { kind, seed, as } = options;
  // Another stream of chance for each kind, so that equal seeds do not make sisters.
  const chance = createChance(seed * documentKinds.length + documentKinds.indexOf(kind));
  const pdf = await makePdf((sheet) => DRAW[kind](sheet, chance, chance.pick(TYPEFACES)));
  const made = { filename: `${kind}-${seed}.${as === 'scanned-pdf' ? 'pdf' : as}`, kind };
  if (as === 'pdf') return { ...made, bytes: pdf };
  const scan = await makeScan(pdf, chance);
  if (as === 'png') return { ...made, bytes: await scan.png({ compressionLevel: 3 }).toBuffer() };
  if (as === 'jpeg') return { ...made, bytes: await scan.jpeg({ quality: 80 }).toBuffer() };
  if (as === 'tiff') {
    const fax = scan.threshold(150).tiff({ compression: 'ccittfax4', bitdepth: 1 });
    return { ...made, bytes: await fax.toBuffer() };
  }
  const image = await scan.jpeg({ quality: 80 }).toBuffer();
  return { ...made, bytes: await makePdf((sheet) => sheet.image(image, 0, 0, { width: sheet.page.width })) };
}

/** Draws a PDF of one page of A4 and gives its bytes. */
async function makePdf(draw: (sheet: Sheet) => void): Promise<Buffer> {
  const sheet = new PDFDocument({ size: 'A4', margin: MARGIN, info: { CreationDate: new Date(0) } });
  const chunks: Buffer[] = [];
  sheet.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise((resolve) => sheet.on('end', resolve));
  draw(sheet);
  sheet.end();
  await ended;
  return Buffer.concat(chunks);
}

const DRAW: Record<DocumentKind, (sheet: Sheet, chance: Chance, typeface: Typeface) => void> = {
  invoice: drawInvoice,
  letter: drawLetter,
  form: drawForm,
};

function drawInvoice(sheet: Sheet, chance: Chance, { regular, bold }: Typeface): void {
  const right = sheet.page.width - MARGIN;
  const isTitleRight = chance.next() < 0.5;
  const company = chance.pick(COMPANIES);
  sheet.font(bold).fontSize(chance.integer(20, 28));
  sheet.text(chance.pick(['INVOICE', 'Invoice', 'TAX INVOICE']), MARGIN, 50, {
    width: right - MARGIN,
    align: isTitleRight ? 'right' : 'left',
  });
  sheet.fontSize(12).text(company, isTitleRight ? MARGIN : 340, 54, { lineBreak: false });
  sheet.font(regular).fontSize(10);
  const details = [
    `Invoice no. ${chance.integer(1000, 99_999)}`,
    `Date: ${dateText(chance)}`,
    `Customer no. ${chance.integer(100, 9999)}`,
    `Payment due within ${chance.pick([14, 30, 60])} days`,
  ];
  const recipient = ['Bill to:', personName(chance), ...addressLines(chance)];
  const top = chance.integer(110, 150);
  drawLines(sheet, recipient, isTitleRight ? MARGIN : 340, top);
  drawLines(sheet, details, isTitleRight ? 360 : MARGIN, top);
  const bottom = drawInvoiceTable(sheet, chance, { regular, bold }, top + 90);
  sheet.font(regular).fontSize(9);
  sheet.text(`Please pay to account ${chance.integer(10_000_000, 99_999_999)}.`, MARGIN, bottom + 50);
  sheet.text(`${company}, VAT no. GB ${chance.integer(100_000, 999_999)}, tel. ${phoneText(chance)}`);
}

/** Draws the items, and the sums below them; answers where it ends. */
function drawInvoiceTable(sheet: Sheet, chance: Chance, { regular, bold }: Typeface, top: number): number {
  const right = sheet.page.width - MARGIN;
  const columns = [MARGIN + 4, 320, 380, 460];
  const rowHeight = chance.integer(18, 24);
  const hasGrid = chance.next() < 0.5;
  const items = chance.sample(GOODS, chance.integer(4, 11)).map((name) => {
    const quantity = chance.integer(1, 12);
    const priceCents = chance.integer(150, 24_000);
    return { name, quantity, priceCents, amountCents: quantity * priceCents };
  });
  let y = top;
  const drawRow = (cells: readonly string[]) => {
    for (const [index, cell] of cells.entries())
      sheet.text(cell, columns[index], y + 5, { lineBreak: false });
    if (hasGrid) sheet.rect(MARGIN, y, right - MARGIN, rowHeight).stroke();
    y += rowHeight;
  };
  sheet.font(bold).fontSize(10);
  drawRow(['Description', 'Quantity', 'Unit price', 'Amount']);
  if (!hasGrid) sheet.moveTo(MARGIN, y).lineTo(right, y).stroke();
  sheet.font(regular);
  for (const { name, quantity, priceCents, amountCents } of items) {
    drawRow([name, String(quantity), money(priceCents), money(amountCents)]);
  }
  const netCents = items.reduce((sum, { amountCents }) => sum + amountCents, 0);
  const taxCents = Math.round(netCents * 0.2);
  y += 8;
  drawLines(sheet, ['Subtotal', 'VAT 20%'], columns[2] ?? 0, y);
  drawLines(sheet, [money(netCents), money(taxCents)], columns[3] ?? 0, y);
  sheet.font(bold);
  drawLines(sheet, ['TOTAL DUE'], columns[2] ?? 0, y + 32);
  drawLines(sheet, [money(netCents + taxCents)], columns[3] ?? 0, y + 32);
  return y + 40;
}

function drawLetter(sheet: Sheet, chance: Chance, { regular }: Typeface): void {
  const isSenderRight = chance.next() < 0.5;
  const sender = personName(chance);
  const size = chance.pick([10.5, 11, 12]);
  sheet.font(regular).fontSize(size);
  drawLines(sheet, [sender, ...addressLines(chance)], isSenderRight ? 380 : MARGIN, chance.integer(50, 80));
  drawLines(sheet, [personName(chance), ...addressLines(chance)], MARGIN, chance.integer(140, 170));
  sheet.text(dateText(chance), isSenderRight ? 380 : MARGIN, chance.integer(225, 245));
  const salutation = chance.pick(SALUTATIONS);
  const greeting = salutation.endsWith(',') ? salutation : `${salutation}${lastName(chance)},`;
  sheet.text(greeting, MARGIN, chance.integer(275, 300));
  const align = chance.pick(['left', 'justify'] as const);
  for (const paragraph of letterParagraphs(chance)) {
    sheet.moveDown(0.9).text(paragraph, { width: sheet.page.width - 2 * MARGIN, align, lineGap: 2 });
  }
  sheet.moveDown(1.5).text(chance.pick(CLOSINGS));
  sheet.moveDown(2.5).text(sender);
}

function drawForm(sheet: Sheet, chance: Chance, { regular, bold }: Typeface): void {
  const width = sheet.page.width - 2 * MARGIN;
  sheet.font(bold).fontSize(16).text(chance.pick(FORM_TITLES), MARGIN, 55, { width, align: 'center' });
  sheet.font(regular).fontSize(8);
  sheet.text(
    `Form ${chance.integer(10, 990)}-${chance.pick(['A', 'B', 'C'])}. Please print clearly.`,
    MARGIN,
    80,
  );
  const columnCount = chance.pick([1, 2]);
  const gap = 10;
  const boxWidth = (width - gap * (columnCount - 1)) / columnCount;
  const boxHeight = chance.integer(34, 44);
  const top = chance.integer(105, 125);
  const fields = formFields(chance);
  for (const [index, { label, value }] of fields.entries()) {
    const x = MARGIN + (index % columnCount) * (boxWidth + gap);
    const y = top + Math.floor(index / columnCount) * (boxHeight + 6);
    sheet.rect(x, y, boxWidth, boxHeight).stroke();
    sheet
      .font(regular)
      .fontSize(7)
      .text(`${index + 1}. ${label}`, x + 4, y + 4, { lineBreak: false });
    sheet
      .font('Courier')
      .fontSize(12)
      .text(value, x + 8, y + boxHeight - 18, { lineBreak: false });
  }
  const bottom = top + Math.ceil(fields.length / columnCount) * (boxHeight + 6) + 14;
  for (const [index, label] of chance.sample(FORM_CHECKS, chance.integer(4, 8)).entries()) {
    const x = MARGIN + (index % 4) * 120;
    const y = bottom + Math.floor(index / 4) * 24;
    sheet.rect(x, y, 11, 11).stroke();
    if (chance.next() < 0.4)
      sheet
        .moveTo(x, y)
        .lineTo(x + 11, y + 11)
        .moveTo(x + 11, y)
        .lineTo(x, y + 11)
        .stroke();
    sheet
      .font(regular)
      .fontSize(9)
      .text(label, x + 16, y + 2, { lineBreak: false });
  }
  const signatureY = bottom + 95;
  sheet
    .moveTo(MARGIN, signatureY)
    .lineTo(MARGIN + 200, signatureY)
    .stroke();
  sheet
    .moveTo(MARGIN + 260, signatureY)
    .lineTo(MARGIN + width, signatureY)
    .stroke();
  sheet.fontSize(8).text('Signature of applicant', MARGIN, signatureY + 4, { lineBreak: false });
  sheet.text('Date', MARGIN + 260, signatureY + 4, { lineBreak: false });
}

function drawLines(sheet: Sheet, lines: readonly string[], x: number, y: number): void {
  for (const [index, line] of lines.entries()) sheet.text(line, x, y + index * 15, { lineBreak: false });
}

function money(cents: number): string {
  return (cents / 100).toFixed(2);
}

let pdfium: ReturnType<typeof loadPdfium> | null = null;

/** The only page of a PDF as a scanner would see it: grey, up to a degree askew, with a little grain. */
async function makeScan(pdf: Buffer, chance: Chance): Promise<Sharp> {
  pdfium ??= loadPdfium();
  const document = openPdf(await pdfium, pdfSourceOf(pdf));
  const page = document.openPage(1);
  if (page === null) throw new Error('The PDF that was made has no first page');
  const width = Math.round((page.widthPoints / POINTS_PER_INCH) * SCAN_DPI);
  const height = Math.round((page.heightPoints / POINTS_PER_INCH) * SCAN_DPI);
  const drawn = page.render({ width, height });
  page.close();
  document.close();
  const askewDegrees = (chance.next() - 0.5) * 2;
  const turned = await sharp(drawn.data, { raw: { width, height, channels: 4 } })
    .removeAlpha()
    .toColourspace('b-w')
    .rotate(askewDegrees, { background: '#fff' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  // Grain of a sheet-fed scanner: paper is not quite white and never even.
  const grained = turned.data.map((grey) => Math.max(0, grey - chance.integer(0, GRAIN)));
  return sharp(grained, { raw: { width: turned.info.width, height: turned.info.height, channels: 1 } })
    .extract({
      left: Math.floor((turned.info.width - width) / 2),
      top: Math.floor((turned.info.height - height) / 2),
      width,
      height,
    })
    .toColourspace('b-w')
    .withDensity(SCAN_DPI);
}
