/** Starting weights of a network that is trained from scratch; the same seed always gives the same weights. */
import type { LayoutLMv2Config } from './config.js';
import { elementCount, type Initialiser, parameterSpec, type WeightMap } from './parameters.js';
import { createRandom, seedOf } from './random.js';

/**
 * Draws all weights: normal with the configuration's `initializerRange` for the transformer, normal after He for the
 * backbone's convolutions, zeros and ones for biases and norms. The frozen batch norms start as the identity, which a deep
 * backbone does not train from: see `calibrateBatchNorm`.
 *
 * @param only which weights to draw, e.g. those of a new classifier on a pre-trained network; all without it
 */
export function initialiseWeights(
  config: LayoutLMv2Config,
  labelCount: number,
  seed: number,
  only: (name: string) => boolean = () => true,
): WeightMap {
  return new Map(
    parameterSpec(config, labelCount)
      .filter(({ name }) => only(name))
      .map(({ name, shape, init }) => [name, { shape, data: draw(elementCount(shape), init, seed, name) }]),
  );
}

function draw(size: number, init: Initialiser, seed: number, name: string): Float32Array {
  if (init.kind === 'constant') return new Float32Array(size).fill(init.value);
  // A stream for each weight, so that adding or leaving out one changes no other.
  const random = createRandom(seedOf(seed, 'weights', name));
  const values = new Float32Array(size);
  for (let i = 0; i < size; i += 2) {
    // Box and Muller's transform gives two normal numbers at once; 1 − u is never 0.
    const radius = init.std * Math.sqrt(-2 * Math.log(1 - random.uniform()));
    const angle = 2 * Math.PI * random.uniform();
    values[i] = radius * Math.cos(angle);
    if (i + 1 < size) values[i + 1] = radius * Math.sin(angle);
  }
  return values;
}
