/**
 * What kind of file some bytes are, told by their content and never by a name. It looks at the first bytes only:
 * whether the file can be read is found out by reading it.
 */
import { createUnsupportedMediaTypeError } from '../document.errors.js';

export type DocumentMediaType = (typeof ACCEPTED)[number]['mediaType'];

type Signature = { matches: (head: Buffer) => boolean };

/** What is taken. Order matters only where one file could match twice. */
const ACCEPTED = [
  { mediaType: 'application/pdf', name: 'PDF', matches: startsWith('%PDF-') },
  { mediaType: 'image/png', name: 'PNG', matches: startsWith('\x89PNG\r\n\x1a\n') },
  { mediaType: 'image/jpeg', name: 'JPEG', matches: startsWith('\xff\xd8\xff') },
  {
    mediaType: 'image/tiff',
    name: 'TIFF',
    // Classic and BigTIFF (43), little-endian and big-endian.
    matches: startsWith('II*\0', 'MM\0*', 'II+\0', 'MM\0+'),
  },
  {
    mediaType: 'image/webp',
    name: 'WebP',
    matches: (head) => has(head, 0, 'RIFF') && has(head, 8, 'WEBP'),
  },
  { mediaType: 'image/gif', name: 'GIF', matches: startsWith('GIF87a', 'GIF89a') },
  { mediaType: 'image/bmp', name: 'BMP', matches: isBmp },
  { mediaType: 'image/avif', name: 'AVIF', matches: (head) => hasBrand(head, ['avif', 'avis']) },
] as const satisfies readonly (Signature & { mediaType: string; name: string })[];

/** What is refused by name, so that the person who uploaded it learns what it was. */
const REFUSED: readonly (Signature & { found: string })[] = [
  { found: 'a ZIP archive', matches: (head) => startsWith('PK\x03\x04')(head) && !isOfficeZip(head) },
  { found: 'an office document (Word, Excel, PowerPoint or OpenDocument)', matches: isOfficeZip },
  {
    found: 'an older Microsoft Office document or Outlook message',
    matches: startsWith('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'),
  },
  {
    found: 'a HEIC photo (its decoder is under patents; a phone can save photos as JPEG)',
    matches: (head) => hasBrand(head, ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1']),
  },
  { found: 'an RTF document', matches: startsWith('{\\rtf') },
  { found: 'PostScript', matches: startsWith('%!', '\x04%!', '\xc5\xd0\xd3\xc6') },
  { found: 'a Photoshop image', matches: startsWith('8BPS') },
  {
    found: 'a JPEG 2000 image',
    matches: startsWith('\0\0\0\x0cjP  \r\n\x87\n', '\xff\x4f\xff\x51'),
  },
  { found: 'a JPEG XL image', matches: startsWith('\xff\x0a', '\0\0\0\x0cJXL \r\n\x87\n') },
  { found: 'a DjVu document', matches: startsWith('AT&TFORM') },
  { found: 'a video or audio file', matches: isMovieOrSound },
  {
    found: 'a compressed archive',
    matches: startsWith('\x1f\x8b', 'BZh', '7z\xbc\xaf\x27\x1c', 'Rar!', '\xfd7zXZ'),
  },
  { found: 'a program', matches: startsWith('MZ', '\x7fELF', '\xcf\xfa\xed\xfe', '#!') },
];

/** Told by words of text, so only asked when no signature and no PDF header was found. */
const REFUSED_TEXT: readonly { found: string; pattern: RegExp }[] = [
  {
    found: 'an SVG drawing',
    pattern: /^\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*(<!DOCTYPE svg[^>]*>\s*)?<svg[\s>]/is,
  },
  { found: 'an HTML page', pattern: /^\s*(<!DOCTYPE html|<html|<head|<body|<!--)/i },
  { found: 'an XML file', pattern: /^\s*<\?xml/i },
  {
    found: 'an e-mail message',
    pattern:
      /^(From |(Received|Return-Path|Delivered-To|Message-ID|MIME-Version|From|Date|Subject|X-[\w-]+):\s)/i,
  },
];

/** How many bytes of a file {@link detectMediaType} looks at; fewer are fine when the file has no more. */
export const MEDIA_TYPE_HEAD_BYTES = 4096;

// PDF readers look for the header in the first 1024 bytes, and files with bytes before it do occur.
const PDF_HEADER_SEARCH_BYTES = 1024;

type DetectedMediaType =
  | { mediaType: DocumentMediaType; found: string }
  /** `found` is a phrase with its article, such as "a ZIP archive". */
  | { mediaType: null; found: string };

/** Says what a file is by its first {@link MEDIA_TYPE_HEAD_BYTES} bytes; null when it is not accepted. */
export function detectMediaType(firstBytes: Uint8Array): DetectedMediaType {
  const head = Buffer.from(firstBytes.buffer, firstBytes.byteOffset, firstBytes.byteLength);
  if (head.length === 0) return { mediaType: null, found: 'an empty file' };
  const accepted = ACCEPTED.find((signature) => signature.matches(head));
  if (accepted !== undefined) return { mediaType: accepted.mediaType, found: accepted.name };
  // Before the search for a late PDF header: an archive or a mail that holds a PDF is not a PDF.
  const refused = REFUSED.find((signature) => signature.matches(head));
  if (refused !== undefined) return { mediaType: null, found: refused.found };
  if (head.subarray(0, PDF_HEADER_SEARCH_BYTES).includes('%PDF-')) {
    return { mediaType: 'application/pdf', found: 'PDF' };
  }
  return { mediaType: null, found: describeOther(head) };
}

/**
 * The media type of an accepted file.
 * @throws public UNSUPPORTED_MEDIA_TYPE, saying what was found and what is accepted.
 */
export function getMediaType(firstBytes: Uint8Array): DocumentMediaType {
  const { mediaType, found } = detectMediaType(firstBytes);
  if (mediaType === null) {
    throw createUnsupportedMediaTypeError(found, ACCEPTED.map(({ name }) => name).join(', '));
  }
  return mediaType;
}

function describeOther(head: Buffer): string {
  const text = head.toString('utf8');
  // A multi-byte character may be cut at the end of the head: that one replacement does not make text binary.
  const isText = !head.includes(0) && !text.slice(0, -3).includes('\ufffd');
  if (!isText) return 'a file of an unknown kind';
  return REFUSED_TEXT.find(({ pattern }) => pattern.test(text))?.found ?? 'plain text';
}

/** Matches files that begin with one of some byte strings, given as Latin-1. */
function startsWith(...magics: string[]): (head: Buffer) => boolean {
  return (head) => magics.some((magic) => has(head, 0, magic));
}

function has(head: Buffer, offset: number, magic: string): boolean {
  return head.toString('latin1', offset, offset + magic.length) === magic;
}

/** "BM" alone begins many texts, so the size of the header that follows must be one that exists. */
function isBmp(head: Buffer): boolean {
  const BITMAP_HEADER_SIZES = [12, 16, 40, 52, 56, 64, 108, 124];
  return has(head, 0, 'BM') && head.length >= 18 && BITMAP_HEADER_SIZES.includes(head.readUInt32LE(14));
}

/** Whether an ISO media file (HEIC, AVIF, MP4) names one of these brands as its main or compatible ones. */
function hasBrand(head: Buffer, brands: readonly string[]): boolean {
  if (!has(head, 4, 'ftyp')) return false;
  const end = Math.min(head.readUInt32BE(0), head.length);
  for (let offset = 8; offset + 4 <= end; offset += 4) {
    // At 12 stands a version number between the main brand and the compatible ones.
    if (offset !== 12 && brands.includes(head.toString('latin1', offset, offset + 4))) return true;
  }
  return false;
}

function isOfficeZip(head: Buffer): boolean {
  if (!startsWith('PK\x03\x04')(head)) return false;
  const text = head.toString('latin1');
  return ['[Content_Types].xml', '_rels/', 'word/', 'xl/', 'ppt/', 'mimetypeapplication/vnd.oasis'].some(
    (name) => text.includes(name),
  );
}

function isMovieOrSound(head: Buffer): boolean {
  return (
    has(head, 4, 'ftyp') || startsWith('ID3', 'OggS', 'fLaC', '\x1aE\xdf\xa3')(head) || isRiffSound(head)
  );
}

function isRiffSound(head: Buffer): boolean {
  return has(head, 0, 'RIFF') && (has(head, 8, 'WAVE') || has(head, 8, 'AVI '));
}
