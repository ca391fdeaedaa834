/**
 * What the network read of a page or a document, small enough to keep with every prediction: a random projection of the
 * embedding to 64 numbers, which keeps angles to within about a tenth of a radian (Johnson and Lindenstrauss; signs after
 * Achlioptas 2003), stored as its direction in 64 signed bytes. Comparable within one model version only.
 */
import { createRandom, seedOf } from '../layoutlmv2/random.js';

const projectedSize = 64;
const largestByte = 127;

const signsBySize = new Map<number, Int8Array>();

/** Projects the embedding of a page, `[3 * hidden]`, and packs it. */
export function packPageEmbedding(embedding: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  const signs = signsOf(embedding.length);
  const projected = new Float64Array(projectedSize);
  for (let column = 0; column < projectedSize; column += 1) {
    let sum = 0;
    for (let row = 0; row < embedding.length; row += 1) {
      sum += (embedding[row] ?? Number.NaN) * (signs[column * embedding.length + row] ?? Number.NaN);
    }
    projected[column] = sum;
  }
  return pack(projected);
}

/** The embedding of a document: the mean direction of its pages'. */
export function joinEmbeddings(pages: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const mean = new Float64Array(projectedSize);
  for (const page of pages) {
    for (const [index, value] of directionOf(page).entries()) mean[index] = (mean[index] ?? 0) + value;
  }
  return pack(mean);
}

/** One minus the cosine of the angle between two packed embeddings: 0 for the same direction, at most 2. */
export function embeddingDistance(left: Uint8Array, right: Uint8Array): number {
  const other = directionOf(right);
  const cosine = directionOf(left).reduce(
    (sum, value, index) => sum + value * (other[index] ?? Number.NaN),
    0,
  );
  return Math.max(0, 1 - cosine);
}

/** Rows of +1 and -1, the same for a size on every machine and forever: what is stored stays comparable. */
function signsOf(size: number): Int8Array {
  const known = signsBySize.get(size);
  if (known) return known;
  const random = createRandom(seedOf('embedding projection', size));
  const signs = Int8Array.from({ length: size * projectedSize }, () => (random.uniform() < 0.5 ? -1 : 1));
  signsBySize.set(size, signs);
  return signs;
}

function pack(vector: Float64Array): Uint8Array<ArrayBuffer> {
  const largest = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const scale = largest > 0 ? largestByte / largest : 0;
  return new Uint8Array(Int8Array.from(vector, (value) => Math.round(value * scale)).buffer);
}

/** The unit vector of packed bytes; zeros where there is no direction. */
function directionOf(bytes: Uint8Array): Float64Array {
  const values = Float64Array.from(new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length));
  const length = Math.hypot(...values);
  return length > 0 ? values.map((value) => value / length) : values;
}
