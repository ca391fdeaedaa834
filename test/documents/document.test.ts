import { describe, expect, it } from 'vitest';
import { cleanFilename } from '../../src/documents/document.js';

describe('the name of a document', () => {
  it.each([
    ['invoice.pdf', 'invoice.pdf'],
    ['/etc/../home/me/invoice.pdf', 'invoice.pdf'],
    ['C:\\scans\\letter 1.tiff', 'letter 1.tiff'],
    ['  Rechnung "März" 100%.pdf ', 'Rechnung "März" 100%.pdf'],
    ['请款单 🧾.pdf', '请款单 🧾.pdf'],
    ['a\r\nSet-Cookie: x\u0000\u001b[31m.pdf', 'aSet-Cookie: x[31m.pdf'],
    ['invoice\u202efdp.exe', 'invoicefdp.exe'],
    ['half \ud83e surrogate', 'half  surrogate'],
    ['cafe\u0301.pdf', 'caf\u00e9.pdf'],
    ['', 'document'],
    ['..', 'document'],
    ['.', 'document'],
    ['folder/', 'document'],
    ['\u0007', 'document'],
  ])('of %j is %j', (sent, kept) => {
    expect(cleanFilename(sent)).toBe(kept);
  });

  it('is cut at 255 characters, never within one', () => {
    expect([...cleanFilename('🧾'.repeat(300))]).toEqual(Array.from({ length: 255 }, () => '🧾'));
  });
});
