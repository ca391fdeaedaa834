/**
 * A 64-bit hash of what a page looks like: pages that look alike have hashes that differ in few bits. It finds
 * candidates for near-duplicates; that two pages are the same it cannot say.
 */
import sharp from 'sharp';
import type { PagePixels } from './page-pixels.js';

// The classical sizes of pHash: the 8 x 8 lowest frequencies of a 32 x 32 picture.
const PICTURE_SIDE = 32;
const HASH_SIDE = 8;

/** cos((2x + 1) u pi / 2n): the basis of the type-II discrete cosine transform, `[frequency][position]`. */
const COSINES = Array.from({ length: HASH_SIDE }, (_, frequency) =>
  Array.from({ length: PICTURE_SIDE }, (_, position) =>
    Math.cos(((2 * position + 1) * frequency * Math.PI) / (2 * PICTURE_SIDE)),
  ),
);

/** The hash of a page as 16 hexadecimal digits. */
export async function perceptualHash({ data, width, height, channels }: PagePixels): Promise<string> {
  const grey = await sharp(data, { raw: { width, height, channels } })
    .removeAlpha()
    .resize(PICTURE_SIDE, PICTURE_SIDE, { fit: 'fill' })
    .toColourspace('b-w')
    .raw()
    .toBuffer();
  // Whole numbers: what is left of zeros after so many cosines must not look like a picture.
  const frequencies = lowFrequencies([...grey]).map(Math.round);
  // The first is the mean brightness, which would outweigh all others.
  const median = medianOf(frequencies.slice(1));
  const bits = frequencies.map((value) => (value > median ? '1' : '0')).join('');
  return BigInt(`0b${bits}`).toString(16).padStart(16, '0');
}

/** In how many of their 64 bits two perceptual hashes differ. */
export function hashDistance(a: string, b: string): number {
  const difference = BigInt(`0x${a}`) ^ BigInt(`0x${b}`);
  return [...difference.toString(2)].filter((bit) => bit === '1').length;
}

/** The 8 x 8 lowest frequencies, row by row, of a 32 x 32 picture: first along the rows, then along the columns. */
function lowFrequencies(picture: readonly number[]): number[] {
  const rows = Array.from({ length: PICTURE_SIDE }, (_, y) => {
    const row = picture.slice(y * PICTURE_SIDE, (y + 1) * PICTURE_SIDE);
    return COSINES.map((cosines) => dot(cosines, row));
  });
  return COSINES.flatMap((cosines) =>
    COSINES.map((_, u) =>
      dot(
        cosines,
        rows.map((row) => row[u] ?? 0),
      ),
    ),
  );
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
