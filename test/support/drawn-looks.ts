/** Small images as a network reads them, drawn so that their kinds are told by how they look and not by how dark they are. */
import { IMAGE_SIDE } from '../../src/layoutlmv2/encoded-page.js';
import type { Random } from '../../src/layoutlmv2/random.js';

export type DrawnKind = 'lines' | 'columns' | 'blank';

/** Black bars two pixels thick on white: across as of a letter, upright as of what lies on its side; at another place on each page. */
export function drawPage(kind: DrawnKind, random: Random): Uint8Array {
  const image = new Uint8Array(3 * IMAGE_SIDE ** 2).fill(255);
  if (kind === 'blank') return image;
  const [offset, distance] = [random.integer(8), 8 + random.integer(4)];
  for (let y = 0; y < IMAGE_SIDE; y += 1) {
    for (let x = 0; x < IMAGE_SIDE; x += 1) {
      const place = (kind === 'lines' ? y : x) + offset;
      if (place % distance < 2) image.fill(0, 3 * (y * IMAGE_SIDE + x), 3 * (y * IMAGE_SIDE + x) + 3);
    }
  }
  return image;
}
