/**
 * Image files as pages of raw pixels, by libvips (sharp): upright, on white, 8-bit sRGB. TIFF has many pages, all
 * others one (of an animation, the first picture). It runs where it is called; hostile files need page-worker.ts.
 */
import { readFile } from 'node:fs/promises';
import sharp, { type Metadata, type SharpOptions } from 'sharp';
import { messageOf } from '../../shared/errors.js';
import { createTooManyPixelsError, createUnreadableFileError } from '../document.errors.js';
import { type Bmp, openBmp } from './bmp.js';
import type { DocumentMediaType } from './media-type.js';
import { isAlmostUniform, MAX_PAGE_SIDE } from './page-image.js';
import type { PagePixels } from './page-pixels.js';
import { findTiffDirectory } from './tiff-directory.js';

export type ImageMediaType = Exclude<DocumentMediaType, 'application/pdf'>;

export type ImageLimits = {
  /** A page with more pixels is refused before it is decoded. */
  maxPixels: number;
  /** A page with more pixels is scaled down to this many. */
  maxPagePixels: number;
};

type DecodedPage = {
  pixels: PagePixels;
  /** Resolution of `pixels` where the file names a believable one. */
  dpi: number | null;
  /** What is wrong with a page that could be read in part; null when nothing is. */
  fault: string | null;
};

export type ImageFile = {
  pageCount: number;
  /**
   * Numbers start at 1.
   * @throws public TOO_MANY_PIXELS, UNREADABLE_FILE.
   */
  decodePage(number: number): Promise<DecodedPage>;
};

/** Across and down, in dots per inch. */
type Resolution = { x: number; y: number };

type PageToDecode = {
  options: SharpOptions;
  /** As stored in the file, before it is turned upright. */
  stored: { width: number; height: number; orientation: number };
  resolution: Resolution | null;
};

// Screens' 72 and 96 are what programs write when they know nothing, and no scanner goes beyond 2400.
const NOT_SCANNED_DPI = 96;
const MOST_DPI = 2400;

// A fax of low resolution has 204 x 98; a larger difference is a mistake.
const MOST_STRETCH = 2.5;

/** Kinds of TIFF for which libvips, as built for sharp, gives a white or black page instead of an error. */
const UNREADABLE_TIFF_COMPRESSIONS = new Map([
  [6, 'old-style JPEG'],
  [34925, 'LZMA'],
]);

// Orientations 5 to 8 of EXIF and TIFF lie on their side.
const FIRST_SIDEWAYS_ORIENTATION = 5;

const DAMAGED_IMAGE = 'The image is damaged or cut short: nothing of it can be read.';

/**
 * Opens an image file; its pixels are not decoded yet.
 * @throws public UNREADABLE_FILE.
 */
export async function openImage(
  path: string,
  mediaType: ImageMediaType,
  limits: ImageLimits,
): Promise<ImageFile> {
  if (mediaType === 'image/bmp') {
    return { pageCount: 1, decodePage: async () => decodeBmpPage(await readFile(path), limits) };
  }
  const { pages } = await readMetadata(path, {});
  const pageCount = mediaType === 'image/tiff' ? (pages ?? 1) : 1;
  return {
    pageCount,
    async decodePage(number) {
      // Only TIFF is asked for a page: the other readers do not all know the option.
      const options: SharpOptions = mediaType === 'image/tiff' ? { page: number - 1 } : {};
      const metadata = await readMetadata(path, options);
      const { width, height, orientation } = metadata;
      refuseTooManyPixels({ pageNumber: number, width, height, limit: limits.maxPixels });
      const resolution =
        mediaType === 'image/tiff'
          ? await readTiffResolution(path, number)
          : believableResolution({ x: metadata.density ?? 0, y: metadata.density ?? 0 });
      const page = { options, stored: { width, height, orientation: orientation ?? 1 }, resolution };
      return decode(path, page, limits);
    },
  };
}

async function readMetadata(path: string, options: SharpOptions): Promise<Metadata> {
  try {
    return await sharp(path, { ...options, limitInputPixels: false }).metadata();
  } catch (error) {
    throw createUnreadableFileError(describeFailure(error), error);
  }
}

function refuseTooManyPixels(found: { pageNumber: number; width: number; height: number; limit: number }) {
  if (found.width * found.height > found.limit) throw createTooManyPixelsError(found);
}

/**
 * Decodes a page. A file with damaged pixels is decoded once more, this time as far as it goes: half a scanned letter
 * is worth more than a refusal, if it is said.
 */
async function decode(path: string, page: PageToDecode, limits: ImageLimits): Promise<DecodedPage> {
  const target = targetSize(page, limits.maxPagePixels);
  const decodeWith = async (failOn: 'error' | 'none'): Promise<PagePixels> => {
    const { data, info } = await sharp(path, {
      ...page.options,
      failOn,
      limitInputPixels: limits.maxPixels,
    })
      .autoOrient()
      .resize({ ...target.size, fit: 'fill' })
      .flatten({ background: '#fff' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { data, width: info.width, height: info.height, channels: info.channels === 1 ? 1 : 3 };
  };
  try {
    return { pixels: await decodeWith('error'), dpi: target.dpi, fault: null };
  } catch (error) {
    const pixels = await findWhatIsThere(() => decodeWith('none'));
    if (pixels === null) throw createUnreadableFileError(describeFailure(error), error);
    const fault = `A part of the page could not be read: ${messageOf(error).split('\n')[0]}.`;
    return { pixels, dpi: target.dpi, fault };
  }
}

/** The pixels of a damaged image, or null when none could be decoded. */
async function findWhatIsThere(decodeTolerantly: () => Promise<PagePixels>): Promise<PagePixels | null> {
  try {
    const pixels = await decodeTolerantly();
    return isAlmostUniform(pixels) ? null : pixels;
  } catch {
    // Why it cannot be decoded was said by the first attempt.
    return null;
  }
}

/** Which size the upright page gets: with square pixels (a fax's are not) and within the limit. */
function targetSize(
  { stored, resolution }: Pick<PageToDecode, 'stored' | 'resolution'>,
  maxPagePixels: number,
): { size: { width: number; height: number }; dpi: number | null } {
  const dpi = resolution === null ? null : Math.max(resolution.x, resolution.y);
  const square =
    resolution === null || dpi === null
      ? stored
      : { width: stored.width * (dpi / resolution.x), height: stored.height * (dpi / resolution.y) };
  const upright =
    stored.orientation >= FIRST_SIDEWAYS_ORIENTATION
      ? { width: square.height, height: square.width }
      : square;
  const scale = Math.min(
    1,
    Math.sqrt(maxPagePixels / (upright.width * upright.height)),
    MAX_PAGE_SIDE / Math.max(upright.width, upright.height),
  );
  return {
    size: {
      width: Math.max(1, Math.floor(upright.width * scale)),
      height: Math.max(1, Math.floor(upright.height * scale)),
    },
    dpi: dpi === null ? null : dpi * scale,
  };
}

async function readTiffResolution(path: string, pageNumber: number): Promise<Resolution | null> {
  const directory = await findTiffDirectory(path, pageNumber - 1);
  if (directory === null) return null;
  const unreadable = UNREADABLE_TIFF_COMPRESSIONS.get(directory.compression);
  if (unreadable !== undefined) {
    throw createUnreadableFileError(
      `Page ${pageNumber} is compressed as ${unreadable}, which cannot be read.`,
    );
  }
  return believableResolution({ x: directory.xResolution, y: directory.yResolution });
}

/** The resolution, or null when no scanner would have used it. */
function believableResolution({ x, y }: Resolution): Resolution | null {
  const isBelievable = [x, y].every((dpi) => dpi > NOT_SCANNED_DPI && dpi <= MOST_DPI);
  return isBelievable && Math.max(x / y, y / x) <= MOST_STRETCH ? { x, y } : null;
}

const INCHES_PER_METRE = 39.3701;

async function decodeBmpPage(bytes: Buffer, limits: ImageLimits): Promise<DecodedPage> {
  let bitmap: Bmp;
  try {
    bitmap = openBmp(bytes);
  } catch (error) {
    throw createUnreadableFileError(`${messageOf(error)}.`, error);
  }
  const { width, height, pixelsPerMetre } = bitmap;
  refuseTooManyPixels({ pageNumber: 1, width, height, limit: limits.maxPixels });
  const { data, isComplete } = bitmap.decode();
  const raw = { width, height, channels: 3 } as const;
  if (!isComplete && isAlmostUniform({ ...raw, data })) throw createUnreadableFileError(DAMAGED_IMAGE);
  const resolution = believableResolution({
    x: pixelsPerMetre.x / INCHES_PER_METRE,
    y: pixelsPerMetre.y / INCHES_PER_METRE,
  });
  const target = targetSize({ stored: { width, height, orientation: 1 }, resolution }, limits.maxPagePixels);
  const scaled = await sharp(data, { raw, limitInputPixels: limits.maxPixels })
    .resize({ ...target.size, fit: 'fill' })
    .raw()
    .toBuffer();
  return {
    pixels: { ...target.size, channels: 3, data: scaled },
    dpi: target.dpi,
    fault: isComplete ? null : 'A part of the page could not be read: the bitmap ends before its last row.',
  };
}

/** What to tell about a failure of libvips, whose own words are for programmers. */
function describeFailure(error: unknown): string {
  return /unsupported|not supported|not configured|not a whole number|bad .* format/i.test(messageOf(error))
    ? 'The image is stored in a rare variant of its format that cannot be read.'
    : DAMAGED_IMAGE;
}
