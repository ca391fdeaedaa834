/** Minimises a smooth convex function of many numbers by L-BFGS (Liu and Nocedal 1989; Nocedal and Wright, algorithm 7.4). */

/** The value at `at`; writes the gradient there into `gradient`. */
type SmoothFunction = (at: Float64Array, gradient: Float64Array) => number;

/** Earlier steps from which the curvature is told: ten, as SciPy's `fmin_l_bfgs_b`. */
const historyLength = 10;
/** Of a step's promised decrease, the least share that must come true (Armijo's condition). */
const leastDecrease = 1e-4;
/** Halvings of a step after which a convex function cannot be lowered within rounding. */
const mostHalvings = 40;

/**
 * @param start changed in place to where the minimum was found, and returned.
 * @param options.gradientTolerance ends when no component of the gradient is larger.
 * @param options.pause awaited before each iteration: lets others run, and throws to stop.
 */
export async function minimise(
  evaluate: SmoothFunction,
  start: Float64Array,
  options: { maxIterations: number; gradientTolerance: number; pause: () => Promise<void> },
): Promise<{ at: Float64Array; value: number; iterations: number }> {
  const { maxIterations, gradientTolerance, pause } = options;
  const at = start;
  let gradient = new Float64Array(at.length);
  let value = evaluate(at, gradient);
  const history: { step: Float32Array; change: Float32Array; curvature: number }[] = [];
  const candidate = new Float64Array(at.length);
  let nextGradient = new Float64Array(at.length);
  let iterations = 0;
  for (; iterations < maxIterations && largest(gradient) > gradientTolerance; iterations += 1) {
    await pause();
    const direction = descend(gradient, history);
    let slope = dot(direction, gradient);
    if (slope >= 0) {
      // Rounding has spoilt what is known of the curvature: begin again with the steepest descent.
      history.length = 0;
      for (let index = 0; index < direction.length; index += 1) direction[index] = -(gradient[index] ?? 0);
      slope = dot(direction, gradient);
    }
    // The very first direction has no scale of its own.
    let size = history.length === 0 ? Math.min(1, 1 / Math.sqrt(-slope)) : 1;
    let next = Number.POSITIVE_INFINITY;
    let halvings = 0;
    for (; halvings < mostHalvings; halvings += 1, size /= 2) {
      for (let index = 0; index < at.length; index += 1)
        candidate[index] = (at[index] ?? 0) + size * (direction[index] ?? 0);
      next = evaluate(candidate, nextGradient);
      if (next <= value + leastDecrease * size * slope) break;
    }
    if (halvings === mostHalvings) break;
    const oldest = history.length === historyLength ? history.shift() : undefined;
    const step = oldest?.step ?? new Float32Array(at.length);
    const change = oldest?.change ?? new Float32Array(at.length);
    for (let index = 0; index < at.length; index += 1) {
      step[index] = (candidate[index] ?? 0) - (at[index] ?? 0);
      change[index] = (nextGradient[index] ?? 0) - (gradient[index] ?? 0);
      at[index] = candidate[index] ?? 0;
    }
    const curvature = dot(step, change);
    // Not positive only by rounding, as the function is convex: such a step tells nothing.
    if (curvature > 0) history.push({ step, change, curvature });
    [gradient, nextGradient] = [nextGradient, gradient];
    value = next;
  }
  return { at, value, iterations };
}

/** The direction −H·gradient by the two loops over the history. */
function descend(
  gradient: Float64Array,
  history: readonly { step: Float32Array; change: Float32Array; curvature: number }[],
): Float64Array {
  const direction = Float64Array.from(gradient, (component) => -component);
  const shares: number[] = [];
  for (const { step, change, curvature } of [...history].reverse()) {
    const share = dot(step, direction) / curvature;
    shares.push(share);
    addScaled(direction, change, -share);
  }
  const newest = history.at(-1);
  if (newest) {
    const scale = newest.curvature / dot(newest.change, newest.change);
    for (let index = 0; index < direction.length; index += 1)
      direction[index] = (direction[index] ?? 0) * scale;
  }
  for (const { step, change, curvature } of history) {
    const correction = dot(change, direction) / curvature;
    addScaled(direction, step, (shares.pop() ?? 0) - correction);
  }
  return direction;
}

function addScaled(target: Float64Array, added: Float32Array, scale: number): void {
  for (let index = 0; index < target.length; index += 1)
    target[index] = (target[index] ?? 0) + scale * (added[index] ?? 0);
}

function dot(one: Float32Array | Float64Array, other: Float32Array | Float64Array): number {
  let sum = 0;
  for (let index = 0; index < one.length; index += 1) sum += (one[index] ?? 0) * (other[index] ?? 0);
  return sum;
}

function largest(values: Float64Array): number {
  let result = 0;
  for (let index = 0; index < values.length; index += 1)
    result = Math.max(result, Math.abs(values[index] ?? 0));
  return result;
}
