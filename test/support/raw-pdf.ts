/** Writes PDFs object by object, for what no PDF library would write: turned, cropped and hostile files. */

/**
 * A PDF of numbered objects: the first is object 1, which must be the catalogue. A stream is given as
 * `{ dictionary, stream }`, its length is added.
 */
export function buildPdf(objects: readonly (string | { dictionary?: string; stream: string })[]): Buffer {
  let text = '%PDF-1.7\n';
  const offsets: number[] = [];
  for (const [index, object] of objects.entries()) {
    offsets.push(text.length);
    text += `${index + 1} 0 obj\n${typeof object === 'string' ? object : streamText(object)}\nendobj\n`;
  }
  const tableOffset = text.length;
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`;
  text += offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  text += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${tableOffset}\n%%EOF\n`;
  return Buffer.from(text, 'latin1');
}

function streamText({ dictionary = '', stream }: { dictionary?: string; stream: string }): string {
  return `<< ${dictionary} /Length ${stream.length} >>\nstream\n${stream}\nendstream`;
}

/** A PDF of one page, 600 x 800 points, with the given content in Helvetica (/F1) and entries of the page. */
export function buildPagePdf({ content, page = '' }: { content: string; page?: string }): Buffer {
  return buildPdf([
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources << /Font << /F1 4 0 R >> >> /Contents 5 0 R ${page} >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
    { stream: content },
  ]);
}

/** A PDF whose one small page draws a form that draws ten others, so many levels deep that nobody sees its end. */
export function buildEndlessPdf(): Buffer {
  const levels = 12;
  const firstForm = 4;
  const forms = Array.from({ length: levels }, (_, level) => ({
    dictionary: `/Type /XObject /Subtype /Form /BBox [0 0 100 100] /Resources << /XObject << /X ${firstForm + level + 1} 0 R >> >>`,
    stream: '/X Do '.repeat(10),
  }));
  return buildPdf([
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Resources << /XObject << /X ${firstForm} 0 R >> >> /Contents ${firstForm + levels + 1} 0 R >>`,
    ...forms,
    { dictionary: '/Type /XObject /Subtype /Form /BBox [0 0 100 100]', stream: '0 0 10 10 re f' },
    { stream: '/X Do' },
  ]);
}
