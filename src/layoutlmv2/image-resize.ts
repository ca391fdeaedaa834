/**
 * Bilinear resizing with antialiasing (a triangle filter), byte for byte what Pillow does: the pixels the pre-trained
 * weights saw. TensorFlow.js's resizeBilinear does not antialias and is no substitute. It decodes no file format.
 */

/** Eight-bit pixels, row after row, R G B interleaved: `data[(y · width + x) · 3 + channel]`. */
export type RgbImage = {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
};

// Pillow keeps its filter weights as integers with this many bits after the point (32 − 8 − 2).
const PRECISION_BITS = 22;
const ROUNDING = 1 << (PRECISION_BITS - 1);
const CHANNELS = 3;

/** For each output position: its first input position, its number of taps and its `stride` integer weights. */
type Filter = {
  readonly starts: Int32Array;
  readonly counts: Int32Array;
  readonly weights: Int32Array;
  readonly stride: number;
};

/**
 * The image at another size, the aspect ratio not kept. First along x over all rows, rounded to bytes, then along y;
 * an axis whose size stays is left as it is. Throws when the sizes and the data disagree.
 */
export function resizeBilinear(image: RgbImage, width: number, height: number): RgbImage {
  checkImage(image);
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) {
    throw new Error(`Cannot resize an image to ${width}×${height} pixels.`);
  }
  // Pillow, too, starts with the height of an image more than a hundred times as high as wide, if that shrinks.
  const startsWithHeight = image.height > 100 * image.width && height < image.height;
  return startsWithHeight
    ? resizeWidth(resizeHeight(image, height), width)
    : resizeHeight(resizeWidth(image, width), height);
}

function checkImage({ width, height, data }: RgbImage): void {
  const isSized = Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0;
  if (!isSized || data.length !== width * height * CHANNELS) {
    throw new Error(
      `An RGB image of ${width}×${height} pixels needs ${width * height * CHANNELS} bytes, found ${data.length}.`,
    );
  }
}

/** Pillow's `precompute_coeffs` for the triangle filter, whose support is one input pixel times the reduction. */
function computeFilter(inputSize: number, outputSize: number): Filter {
  const scale = inputSize / outputSize;
  const support = Math.max(scale, 1);
  // Multiplied by, not divided by: the last bit of a weight can depend on it.
  const perSupport = 1 / support;
  const stride = Math.ceil(support) * 2 + 1;
  const starts = new Int32Array(outputSize);
  const counts = new Int32Array(outputSize);
  const weights = new Int32Array(outputSize * stride);
  for (let index = 0; index < outputSize; index += 1) {
    const center = (index + 0.5) * scale;
    const start = Math.max(0, Math.trunc(center - support + 0.5));
    const end = Math.min(inputSize, Math.trunc(center + support + 0.5));
    const triangle: number[] = [];
    let sum = 0;
    for (let position = start; position < end; position += 1) {
      const weight = Math.max(0, 1 - Math.abs((position - center + 0.5) * perSupport));
      triangle.push(weight);
      sum += weight;
    }
    starts[index] = start;
    counts[index] = triangle.length;
    for (const [tap, weight] of triangle.entries()) {
      weights[index * stride + tap] = Math.trunc((weight / sum) * 2 ** PRECISION_BITS + 0.5);
    }
  }
  return { starts, counts, weights, stride };
}

function resizeWidth({ width, height, data }: RgbImage, outputWidth: number): RgbImage {
  if (width === outputWidth) return { width, height, data };
  const { starts, counts, weights, stride } = computeFilter(width, outputWidth);
  const output = new Uint8Array(outputWidth * height * CHANNELS);
  let target = 0;
  for (let y = 0; y < height; y += 1) {
    const row = y * width * CHANNELS;
    for (let x = 0; x < outputWidth; x += 1) {
      let source = row + at(starts, x) * CHANNELS;
      const firstTap = x * stride;
      const endTap = firstTap + at(counts, x);
      let red = ROUNDING;
      let green = ROUNDING;
      let blue = ROUNDING;
      for (let tap = firstTap; tap < endTap; tap += 1) {
        const weight = at(weights, tap);
        // The sums stay below 2^31, so 32-bit integer arithmetic is exact.
        red = (red + Math.imul(at(data, source), weight)) | 0;
        green = (green + Math.imul(at(data, source + 1), weight)) | 0;
        blue = (blue + Math.imul(at(data, source + 2), weight)) | 0;
        source += CHANNELS;
      }
      output[target] = toByte(red);
      output[target + 1] = toByte(green);
      output[target + 2] = toByte(blue);
      target += CHANNELS;
    }
  }
  return { width: outputWidth, height, data: output };
}

function resizeHeight({ width, height, data }: RgbImage, outputHeight: number): RgbImage {
  if (height === outputHeight) return { width, height, data };
  const { starts, counts, weights, stride } = computeFilter(height, outputHeight);
  const rowLength = width * CHANNELS;
  const output = new Uint8Array(rowLength * outputHeight);
  const sums = new Int32Array(rowLength);
  for (let y = 0; y < outputHeight; y += 1) {
    sums.fill(ROUNDING);
    const start = at(starts, y);
    const count = at(counts, y);
    for (let tap = 0; tap < count; tap += 1) {
      const weight = at(weights, y * stride + tap);
      const row = (start + tap) * rowLength;
      for (let offset = 0; offset < rowLength; offset += 1) {
        sums[offset] = (at(sums, offset) + Math.imul(at(data, row + offset), weight)) | 0;
      }
    }
    const target = y * rowLength;
    for (let offset = 0; offset < rowLength; offset += 1) output[target + offset] = toByte(at(sums, offset));
  }
  return { width, height: outputHeight, data: output };
}

function toByte(sum: number): number {
  return Math.max(0, Math.min(255, sum >> PRECISION_BITS));
}

/** An element of a typed array within its bounds, where the type system allows for undefined. */
function at(array: Uint8Array | Int32Array, index: number): number {
  return array[index] ?? 0;
}
