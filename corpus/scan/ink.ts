/** What a machine does to ink, on grey pixels: blur, black and white by a wandering threshold, halftones, grain and specks. */
import type { Dice } from '../dice.js';
import { drawFaxRows } from './glass-marks.js';
import type { ScanPlan } from './scan-plan.js';

export type Raster = { data: Uint8Array; width: number; height: number; channels: 1 | 3 };

/** A fast stream of bytes-sized noise, apart from the page's dice: one number a pixel. */
function createNoise(seed: number): () => number {
  let state = seed | 1;
  // Marsaglia's xorshift with the triple 13, 17, 5.
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    // The multiplication breaks up what is left of the shifts in neighbouring numbers.
    return (Math.imul(state, 0x9e3779b1) >>> 16) / 0x10000;
  };
}

/** The mean of a canvas's channels weighted as the eye does. */
export function greyOf(rgba: Uint8Array, width: number, height: number): Raster {
  const data = new Uint8Array(width * height);
  for (let at = 0, from = 0; at < data.length; at++, from += 4) {
    data[at] = (77 * (rgba[from] ?? 0) + 151 * (rgba[from + 1] ?? 0) + 28 * (rgba[from + 2] ?? 0)) >> 8;
  }
  return { data, width, height, channels: 1 };
}

export function rgbOf(rgba: Uint8Array, width: number, height: number): Raster {
  const data = new Uint8Array(3 * width * height);
  for (let at = 0, from = 0; at < data.length; at += 3, from += 4) {
    data[at] = rgba[from] ?? 0;
    data[at + 1] = rgba[from + 1] ?? 0;
    data[at + 2] = rgba[from + 2] ?? 0;
  }
  return { data, width, height, channels: 3 };
}

/** The mean over three by three pixels, in two passes. */
export function blurred({ data, width, height, channels }: Raster): Raster {
  const across = averaged(data, channels);
  return { data: averaged(across, width * channels), width, height, channels };
}

/** Each value with its neighbours `step` before and behind it, weighted 1, 2, 1; the first and last stay. */
function averaged(data: Uint8Array, step: number): Uint8Array {
  const result = data.slice();
  for (let at = step; at < data.length - step; at++) {
    result[at] = ((data[at - step] ?? 0) + 2 * (data[at] ?? 0) + (data[at + step] ?? 0)) >> 2;
  }
  return result;
}

/** Toner that runs: each pixel takes on the darker of itself and its neighbour to the right, and of the one below. In place. */
export function spreadInk({ data, width }: Raster): void {
  const last = data.length - width - 1;
  for (let at = 0; at < last; at++) {
    const beside = data[at + 1] ?? 0;
    const below = data[at + width] ?? 0;
    const darker = Math.min(beside, below);
    if (darker < (data[at] ?? 0)) data[at] = darker;
  }
}

/** A field that wanders over the page: values at the corners of a coarse grid, one per column and row of it. */
function createField(dice: Dice, amplitude: number): (x: number, y: number) => number {
  const columns = 6;
  const rows = 8;
  const corners = Array.from({ length: (columns + 1) * (rows + 1) }, () => amplitude * dice.gaussian() * 0.6);
  return (x, y) => {
    const [fx, fy] = [x * (columns - 0.001), y * (rows - 0.001)];
    const [cx, cy] = [Math.floor(fx), Math.floor(fy)];
    const at = cy * (columns + 1) + cx;
    const top = (corners[at] ?? 0) * (1 - fx + cx) + (corners[at + 1] ?? 0) * (fx - cx);
    const low = at + columns + 1;
    const bottom = (corners[low] ?? 0) * (1 - fx + cx) + (corners[low + 1] ?? 0) * (fx - cx);
    return top * (1 - fy + cy) + bottom * (fy - cy);
  };
}

// The field is so smooth that eight pixels in a row may share its value.
const FIELD_STEP = 8;

// Ink that is lighter than this is rarely missed by a machine.
const LEAST_THRESHOLD = 105;

// A clustered dot of a printer's screen, 4 by 4, as shares of 255.
const SCREEN = [12, 5, 6, 13, 4, 0, 1, 7, 11, 3, 2, 8, 15, 10, 9, 14].map((rank) => (rank + 0.5) * 16);

/** Black and white, in place, as a copier or fax makes it. */
export function copyInBlack(raster: Raster, plan: ScanPlan, dice: Dice): void {
  const { data, width, height } = raster;
  const noise = createNoise(dice.integer(1, 0x7fffffff));
  const field = createField(dice, plan.unevenness);
  const { threshold, grain, halftone } = plan;
  // Clean paper stays white whatever the toner does; below the lower bound thin letters are lost.
  const most = plan.isDirty ? plan.paperTone + 2 - 0.6 * grain : plan.paperTone - 8 - 0.85 * grain;
  // Blank paper is not screened, or its tone would cover the page with dots.
  const plain = plan.paperTone - 8;
  const errors = new Float32Array(width + 2);
  for (let y = 0; y < height; y++) {
    let carried = 0;
    let diagonal = 0;
    let limit = threshold;
    for (let x = 0; x < width; x++) {
      if (x % FIELD_STEP === 0)
        limit = Math.max(LEAST_THRESHOLD, Math.min(most, threshold + field(x / width, y / height)));
      const at = y * width + x;
      const value = data[at] ?? 0;
      if (halftone === 'diffusion' && value >= plain) data[at] = 255;
      else if (halftone === 'diffusion') {
        // Floyd and Steinberg's shares: 7 to the right, 3, 5 and 1 sixteenths below.
        const wanted = value + carried + (errors[x + 1] ?? 0) + (noise() - 0.5) * grain;
        const ink = wanted < limit ? 0 : 255;
        data[at] = ink;
        const error = Math.max(-160, Math.min(160, wanted - ink));
        carried = (error * 7) / 16;
        errors[x] = (errors[x] ?? 0) + (error * 3) / 16;
        errors[x + 1] = (error * 5) / 16 + diagonal;
        diagonal = error / 16;
      } else if (halftone === 'ordered') {
        const screen = SCREEN[(y & 3) * 4 + (x & 3)] ?? 128;
        // Text stays sharp: only the middle shades are screened.
        const shift = value > 25 && value < Math.min(235, plain) ? (screen - 128) * 0.7 : 0;
        data[at] = value + (noise() - 0.5) * grain < limit + shift ? 0 : 255;
      } else data[at] = value + (noise() + noise() - 1) * grain < limit ? 0 : 255;
    }
  }
}

/** Specks of one to a few pixels, and lost or dirty rows, in place. */
export function soil({ data, width, height }: Raster, plan: ScanPlan, dice: Dice): void {
  const noise = createNoise(dice.integer(1, 0x7fffffff));
  const count = Math.round(plan.specks * width * height);
  // A dirty drum soils one side more than the other.
  const bias = dice.between(0.6, 2.2);
  for (let speck = 0; speck < count; speck++) {
    const x = Math.floor(noise() ** bias * width);
    const y = Math.floor(noise() * height);
    const ink = noise() < 0.85 ? 0 : 255;
    const size = noise() < 0.75 ? 1 : noise() < 0.8 ? 2 : 3;
    for (let dy = 0; dy < size; dy++) {
      for (let dx = 0; dx < size; dx++) {
        if (x + dx < width && y + dy < height) data[(y + dy) * width + x + dx] = ink;
      }
    }
  }
  if (plan.marks.faxLines) {
    for (const { y, rows, isBlack } of drawFaxRows(dice, height)) {
      const from = isBlack && noise() < 0.5 ? Math.floor(noise() * width) : 0;
      for (let row = y; row < Math.min(height, y + rows); row++)
        data.fill(isBlack ? 0 : 255, row * width + from, (row + 1) * width);
    }
  }
}

/** Grain, uneven light and weak contrast of an office scanner or a camera, in place. */
export function lightUnevenly({ data, width, height, channels }: Raster, plan: ScanPlan, dice: Dice): void {
  const noise = createNoise(dice.integer(1, 0x7fffffff));
  const field = createField(dice, plan.unevenness / 3);
  const contrast = dice.between(0.82, 1.08);
  const lift = dice.between(0, 24);
  // A room's lamps are yellower than a scanner's.
  const warmth = plan.lens ? dice.between(-6, 16) : dice.between(-3, 6);
  const tint =
    channels === 3 ? [warmth, dice.between(-3, 4), -dice.between(-0.5, 1.4) * Math.abs(warmth) - 2] : [0];
  for (let y = 0; y < height; y++) {
    let light = 0;
    for (let x = 0; x < width; x++) {
      if (x % FIELD_STEP === 0) light = lift + field(x / width, y / height);
      const grain = (noise() + noise() - 1) * plan.grain;
      for (let channel = 0; channel < channels; channel++) {
        const at = (y * width + x) * channels + channel;
        const value = (data[at] ?? 0) * contrast + light + grain + (tint[channel] ?? 0);
        data[at] = Math.min(255, Math.max(0, value));
      }
    }
  }
}

/** The nearest of so many equally spaced greys, in place. */
export function reduceLevels({ data }: Raster, levels: number): void {
  const table = Uint8Array.from({ length: 256 }, (_, value) =>
    Math.round((Math.round((value / 255) * (levels - 1)) * 255) / (levels - 1)),
  );
  for (let at = 0; at < data.length; at++) data[at] = table[data[at] ?? 0] ?? 0;
}
