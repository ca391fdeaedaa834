import { describe, expect, it } from 'vitest';
import { findRangeFault, partFilename } from '../../src/documents/document-split.js';

const range = (firstPage: number, lastPage: number) => ({ firstPage, lastPage });

describe('the pages of the parts of a document', () => {
  it('are right when each belongs to one part, in whatever order', () => {
    expect(findRangeFault([range(1, 1), range(2, 5)], 5)).toBeNull();
    expect(findRangeFault([range(4, 5), range(1, 2), range(3, 3)], 5)).toBeNull();
  });

  it.each([
    [[range(1, 2), range(4, 5)], 'Page 3 belongs to no part'],
    [[range(2, 3), range(4, 5)], 'Page 1 belongs to no part'],
    [[range(1, 2), range(3, 3)], 'Pages 4-5 belong to no part'],
    [[range(1, 3), range(3, 5)], 'Page 3 belongs to two parts'],
    [[range(1, 3), range(1, 3)], 'Page 1 belongs to two parts'],
    [
      [range(1, 3), range(4, 6)],
      'The part of pages 4-6 reaches beyond the last page of the document, page 5',
    ],
    [[range(0, 3), range(4, 5)], 'There is no page 0: the first page is page 1'],
    [[range(1, 3), range(5, 4)], 'A part ends on page 4, before page 5 where it begins'],
    [[range(1, 5)], 'A split has at least two parts, not 1'],
    [[], 'A split has at least two parts, not 0'],
  ])('are refused, named, as %j', (ranges, fault) => expect(findRangeFault(ranges, 5)).toBe(fault));

  it('cannot be those of a single page', () => {
    expect(findRangeFault([range(1, 1)], 1)).toBe(
      'The document has one page only, which cannot be taken apart',
    );
  });
});

describe('the name of a part', () => {
  it('is that of the document with the pages before its ending', () => {
    expect(partFilename('scan.pdf', range(2, 3))).toBe('scan (pages 2-3).pdf');
    expect(partFilename('scan', range(2, 2))).toBe('scan (page 2)');
    expect(partFilename('.pdf', range(1, 2))).toBe('.pdf (pages 1-2)');
  });
});
