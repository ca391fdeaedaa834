/** How a document of several pages is taken apart: types and pure rules. */

/** Pages of a document, both ends included, from 1. */
export type PageRange = { firstPage: number; lastPage: number };

/** A document taken apart, and who took that back. */
export type DocumentSplit = {
  id: string;
  documentId: string;
  splitBy: string;
  splitAt: Date;
  undoneBy: string | null;
  undoneAt: Date | null;
};

/**
 * What is wrong with ranges that are to be the parts of a document, in a sentence; null when each page belongs to just one
 * of at least two parts. Their order does not matter.
 */
export function findRangeFault(ranges: readonly PageRange[], pageCount: number): string | null {
  if (pageCount < 2) return 'The document has one page only, which cannot be taken apart';
  for (const range of ranges) {
    const { firstPage, lastPage } = range;
    if (firstPage < 1) return `There is no page ${firstPage}: the first page is page 1`;
    if (firstPage > lastPage)
      return `A part ends on page ${lastPage}, before page ${firstPage} where it begins`;
    if (lastPage > pageCount) {
      return `The part of ${describeRange(range)} reaches beyond the last page of the document, page ${pageCount}`;
    }
  }
  if (ranges.length < 2) return `A split has at least two parts, not ${ranges.length}`;
  let next = 1;
  for (const { firstPage, lastPage } of [...ranges].sort((left, right) => left.firstPage - right.firstPage)) {
    if (firstPage < next) return `Page ${firstPage} belongs to two parts`;
    if (firstPage > next) return unclaimed({ firstPage: next, lastPage: firstPage - 1 });
    next = lastPage + 1;
  }
  return next > pageCount ? null : unclaimed({ firstPage: next, lastPage: pageCount });
}

/** The name of a part: that of the document, with the pages before its ending. */
export function partFilename(filename: string, range: PageRange): string {
  const dot = filename.lastIndexOf('.');
  const [stem, ending] = dot > 0 ? [filename.slice(0, dot), filename.slice(dot)] : [filename, ''];
  return `${stem} (${describeRange(range)})${ending}`;
}

/** As in "page 3" and "pages 3-5". */
export function describeRange({ firstPage, lastPage }: PageRange): string {
  return firstPage === lastPage ? `page ${firstPage}` : `pages ${firstPage}-${lastPage}`;
}

function unclaimed(range: PageRange): string {
  const pages = describeRange(range);
  const verb = range.firstPage === range.lastPage ? 'belongs' : 'belong';
  return `${pages.charAt(0).toUpperCase()}${pages.slice(1)} ${verb} to no part`;
}
