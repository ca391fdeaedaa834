/**
 * How far a vector lies from the classes: Mahalanobis' distance to the nearest class mean under one covariance for all classes (Lee
 * et al. 2018), shrunk, as there may be fewer vectors than dimensions. Pure numbers in double precision.
 */

export type ClassDistance = {
  /** What makes the shrunk covariance the unit matrix: the inverse of its Cholesky factor, `[size, size]`, lower triangle. */
  whitening: Float32Array;
  /** The means of the classes, whitened, `[classes, size]`. */
  means: Float32Array;
  size: number;
};

/**
 * The mean variance's share in the shrunk covariance. It bounds how strange a vector can be for a direction in which no training
 * vector varies, of which there are many when vectors are few.
 */
const SHRINKAGE = 0.1;

/**
 * Beside vectors that are all alike there is no variance to divide by. This one, a thousandth of the size of layer-normed numbers in
 * either direction, makes anything else very strange, and keeps what float32 rounds of the whitened vectors too small to matter.
 */
const LEAST_VARIANCE = 1e-6;

/**
 * Fits means and covariance. Classes without a vector are left out.
 *
 * @param vectors all of one size, finite
 * @param labels class numbers from 0
 * @throws Error without vectors, for vectors of several sizes, and for numbers that are not finite
 */
export function fitClassDistance(
  vectors: readonly ArrayLike<number>[],
  labels: readonly number[],
): ClassDistance {
  const size = vectors[0]?.length ?? 0;
  if (size === 0) throw new Error('Without vectors there is nothing to be far from.');
  const means = meansOf(vectors, labels, size);
  const covariance = new Float64Array(size * size);
  for (const [index, vector] of vectors.entries()) {
    const mean = means.get(labels[index] ?? -1);
    if (!mean) throw new Error(`Vector ${index} has no label.`);
    const centred = Float64Array.from(mean, (value, place) => (vector[place] ?? Number.NaN) - value);
    for (let row = 0; row < size; row += 1) {
      const scaled = at(centred, row) / vectors.length;
      for (let column = 0; column <= row; column += 1) {
        const place = row * size + column;
        covariance[place] = at(covariance, place) + scaled * at(centred, column);
      }
    }
  }
  shrink(covariance, size);
  const whitening = invertFactor(factorise(covariance, size), size);
  const whitened = [...means.values()].flatMap((mean) => Array.from(whiten(whitening, mean)));
  return { whitening: Float32Array.from(whitening), means: Float32Array.from(whitened), size };
}

/** The squared distance to the nearest class, in units of the mean squared distance of a training vector per dimension. */
export function classDistanceOf(
  { whitening, means, size }: ClassDistance,
  vector: ArrayLike<number>,
): number {
  if (vector.length !== size)
    throw new Error(`The vector has ${vector.length} numbers, but must have ${size}.`);
  const white = whiten(whitening, vector);
  let least = Number.POSITIVE_INFINITY;
  for (let start = 0; start < means.length; start += size) {
    let sum = 0;
    for (let place = 0; place < size; place += 1) sum += (at(white, place) - at(means, start + place)) ** 2;
    least = Math.min(least, sum / size);
  }
  return least;
}

function meansOf(
  vectors: readonly ArrayLike<number>[],
  labels: readonly number[],
  size: number,
): Map<number, Float64Array> {
  const sums = new Map<number, { count: number; sum: Float64Array }>();
  for (const [index, vector] of vectors.entries()) {
    if (vector.length !== size || !Array.from(vector).every(Number.isFinite))
      throw new Error(`Vector ${index} must have ${size} finite numbers.`);
    const label = labels[index] ?? -1;
    const known = sums.get(label) ?? { count: 0, sum: new Float64Array(size) };
    known.count += 1;
    for (let place = 0; place < size; place += 1) known.sum[place] = at(known.sum, place) + at(vector, place);
    sums.set(label, known);
  }
  return new Map([...sums].map(([label, { count, sum }]) => [label, sum.map((value) => value / count)]));
}

/** Moves a covariance, of which the lower triangle is given, towards a multiple of the unit matrix. */
function shrink(covariance: Float64Array, size: number): void {
  let trace = 0;
  for (let row = 0; row < size; row += 1) trace += at(covariance, row * size + row);
  const target = Math.max(trace / size, LEAST_VARIANCE);
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column <= row; column += 1) {
      const place = row * size + column;
      covariance[place] = (1 - SHRINKAGE) * at(covariance, place) + (row === column ? SHRINKAGE * target : 0);
    }
  }
}

/** Cholesky's factor, the lower triangle, of a positive definite matrix. */
function factorise(matrix: Float64Array, size: number): Float64Array {
  const factor = new Float64Array(size * size);
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column <= row; column += 1) {
      let rest = at(matrix, row * size + column);
      for (let place = 0; place < column; place += 1)
        rest -= at(factor, row * size + place) * at(factor, column * size + place);
      factor[row * size + column] =
        row === column ? Math.sqrt(rest) : rest / at(factor, column * size + column);
    }
  }
  return factor;
}

/** The inverse of a lower triangle, itself one. */
function invertFactor(factor: Float64Array, size: number): Float64Array {
  const inverse = new Float64Array(size * size);
  for (let row = 0; row < size; row += 1) {
    const own = at(factor, row * size + row);
    inverse[row * size + row] = 1 / own;
    // Row by row: inverse[row] = −(Σ factor[row, k] · inverse[k]) / own.
    for (let place = 0; place < row; place += 1) {
      const weight = at(factor, row * size + place) / own;
      for (let column = 0; column <= place; column += 1)
        inverse[row * size + column] =
          at(inverse, row * size + column) - weight * at(inverse, place * size + column);
    }
  }
  return inverse;
}

function whiten(whitening: ArrayLike<number>, vector: ArrayLike<number>): Float64Array {
  const size = vector.length;
  return Float64Array.from({ length: size }, (_, row) => {
    let sum = 0;
    for (let column = 0; column <= row; column += 1)
      sum += at(whitening, row * size + column) * at(vector, column);
    return sum;
  });
}

/** An element known to be there; NaN would make a fault visible rather than turn it into a zero. */
function at(values: ArrayLike<number>, index: number): number {
  return values[index] ?? Number.NaN;
}
