/**
 * A camera held askew: what is nearer to it looks larger. The drawing is bent as a whole, pixels and boxes by the same map:
 * with u, v from the middle in units of the half diagonal, a point comes to (u, v) / (1 + g·u + h·v).
 */
import type { Dice } from '../dice.js';
import type { PixelBox } from '../drawing/matrix.js';

export type Lens = { g: number; h: number };

type Size = { width: number; height: number };

// A sheet photographed by hand is seldom a quarter larger at one end than at the other.
const MOST_TILT = 0.16;

export function drawLens(dice: Dice): Lens {
  const tilt = () => Math.max(-MOST_TILT, Math.min(MOST_TILT, 0.07 * dice.gaussian()));
  return { g: tilt(), h: tilt() };
}

/** Where a point of the drawing comes to lie. */
function seen({ g, h }: Lens, { width, height }: Size, x: number, y: number): [number, number] {
  const half = Math.hypot(width, height) / 2;
  const [u, v] = [(x - width / 2) / half, (y - height / 2) / half];
  const near = 1 + g * u + h * v;
  return [width / 2 + (u / near) * half, height / 2 + (v / near) * half];
}

/** The upright box around a box's four corners as they are seen. */
export function seenBox(lens: Lens, size: Size, [x0, y0, x1, y1]: PixelBox): PixelBox {
  const corners = [
    seen(lens, size, x0, y0),
    seen(lens, size, x1, y0),
    seen(lens, size, x0, y1),
    seen(lens, size, x1, y1),
  ];
  const xs = corners.map(([x]) => x);
  const ys = corners.map(([, y]) => y);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

/** The pixels as they are seen, by the map's inverse and between the four nearest; beyond the edge the edge goes on. */
export function seenPixels(
  { g, h }: Lens,
  { data, width, height, channels }: Size & { data: Uint8Array; channels: 1 | 3 },
): Uint8Array {
  const result = new Uint8Array(data.length);
  const half = Math.hypot(width, height) / 2;
  let to = 0;
  for (let row = 0; row < height; row++) {
    const v = (row + 0.5 - height / 2) / half;
    for (let column = 0; column < width; column++) {
      const u = (column + 0.5 - width / 2) / half;
      const scale = half / (1 - g * u - h * v);
      const x = Math.min(width - 1.001, Math.max(0, width / 2 + u * scale - 0.5));
      const y = Math.min(height - 1.001, Math.max(0, height / 2 + v * scale - 0.5));
      const [left, top] = [Math.floor(x), Math.floor(y)];
      const [fx, fy] = [x - left, y - top];
      let at = (top * width + left) * channels;
      const below = width * channels;
      for (let channel = 0; channel < channels; channel++, at++) {
        const upper = (data[at] ?? 0) * (1 - fx) + (data[at + channels] ?? 0) * fx;
        const lower = (data[at + below] ?? 0) * (1 - fx) + (data[at + below + channels] ?? 0) * fx;
        result[to++] = upper * (1 - fy) + lower * fy;
      }
    }
  }
  return result;
}
