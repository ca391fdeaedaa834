import { describe, expect, it } from 'vitest';
import { detectMediaType, getMediaType } from '../../../src/documents/rendering/media-type.js';

const latin1 = (text: string) => Buffer.from(text, 'latin1');
const typeOf = (text: string) => detectMediaType(latin1(text)).mediaType;
const foundIn = (bytes: Buffer) => detectMediaType(bytes).found;

describe('the media type of a file', () => {
  it.each([
    ['%PDF-1.4\n', 'application/pdf'],
    ['\x89PNG\r\n\x1a\n\0\0', 'image/png'],
    ['\xff\xd8\xff\xe0\0\x10JFIF', 'image/jpeg'],
    ['II*\0\x08\0\0\0', 'image/tiff'],
    ['MM\0*\0\0\0\x08', 'image/tiff'],
    ['II+\0\x08\0\0\0', 'image/tiff'],
    ['RIFF\x24\0\0\0WEBPVP8 ', 'image/webp'],
    ['GIF89a\x01\0\x01\0', 'image/gif'],
    ['BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0', 'image/bmp'],
    ['\0\0\0\x1cftypavif\0\0\0\0mif1miafMA1B', 'image/avif'],
    ['\0\0\0\x1cftypmif1\0\0\0\0mif1miafavif', 'image/avif'],
  ])('is told by the first bytes: %j is %s', (head, mediaType) => {
    expect(typeOf(head)).toBe(mediaType);
  });

  it('is PDF when the header comes late, within the first 1024 bytes', () => {
    expect(typeOf(`${'\x01'.repeat(1000)}%PDF-1.4\n`)).toBe('application/pdf');
    expect(typeOf(`${'\x01'.repeat(1100)}%PDF-1.4\n`)).toBeNull();
  });

  it('is that of the outer file when a PDF is packed into another file', () => {
    expect(typeOf('PK\x03\x04\x14\0\0\0\0\0 letter.pdf%PDF-1.4\n')).toBeNull();
    expect(typeOf('\x89PNG\r\n\x1a\n %PDF-1.4\n')).toBe('image/png');
  });

  it.each([
    [latin1(''), 'an empty file'],
    [latin1('PK\x03\x04\x14\0\x06\0\x08\0 photos/1.jpg'), 'a ZIP archive'],
    [latin1('PK\x03\x04\x14\0\x06\0\x08\0[Content_Types].xml'), 'office document'],
    [latin1('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0'), 'older Microsoft Office'],
    [latin1('\0\0\0\x18ftypheic\0\0\0\0mif1heic'), 'HEIC'],
    [latin1('\0\0\0\x18ftypisom\0\0\0\0isommp42'), 'video'],
    [latin1('{\\rtf1\\ansi'), 'RTF'],
    [latin1('%!PS-Adobe-3.0\n'), 'PostScript'],
    [latin1('<!DOCTYPE html><html>'), 'HTML'],
    [latin1('<?xml version="1.0"?>\n<svg xmlns="x">'), 'SVG'],
    [latin1('<?xml version="1.0"?>\n<order/>'), 'XML'],
    [latin1('Received: from a by b\nSubject: hello\n'), 'e-mail'],
    [latin1('BM means Bench Mark, a text'), 'plain text'],
    [Buffer.from('Grüße aus Köln: été, 文档'), 'plain text'],
    [latin1('MZ\x90\0\x03'), 'a program'],
    [latin1('\0\x01\x02\x03\xfe'), 'unknown kind'],
  ])('is refused with a name for what it is: %j', (head, found) => {
    expect(detectMediaType(head).mediaType).toBeNull();
    expect(foundIn(head)).toContain(found);
  });

  it('is not fooled by a text that is cut inside a character', () => {
    expect(foundIn(Buffer.from('déjà vu').subarray(0, -1).subarray(0, 5))).toBe('plain text');
  });

  it('takes bytes that are a part of a larger buffer', () => {
    expect(detectMediaType(new Uint8Array(latin1('xx%PDF-1.4')).subarray(2)).mediaType).toBe(
      'application/pdf',
    );
  });

  it('is refused with what was found and what is accepted', () => {
    expect(() => getMediaType(latin1('{\\rtf1'))).toThrow(
      expect.objectContaining({
        code: 'UNSUPPORTED_MEDIA_TYPE',
        isPublic: true,
        message: expect.stringMatching(
          /an RTF document.*Accepted are PDF, PNG, JPEG, TIFF, WebP, GIF, BMP, AVIF/,
        ),
      }),
    );
  });
});
