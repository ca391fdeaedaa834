/** The starting point of a network that has learnt nothing yet. */

import { calibrateBatchNorm } from '../calibrate-batch-norm.js';
import type { LayoutLMv2Config } from '../config.js';
import { initialiseWeights } from '../initialise.js';
import { createModel, readWeights } from '../model.js';
import type { WeightMap } from '../parameters.js';
import { createRandom, seedOf, shuffled } from '../random.js';
import { loadPage, type TrainingExample } from './examples.js';
import { startWordTable } from './word-table-start.js';

/** Pages whose images set the batch norms: enough for steady statistics, and they are held in memory at once. */
const CALIBRATION_PAGES = 24;

/**
 * Draws all weights from `seed`, adds to the word table which classes each word speaks for, and sets the batch norms of the visual
 * backbone by the images of some training pages.
 *
 * @param examples the pages to be trained on, with their classes; at least one.
 */
export async function createWeightsFromScratch(
  config: LayoutLMv2Config,
  labelCount: number,
  seed: number,
  examples: readonly TrainingExample[],
): Promise<WeightMap> {
  const chosen = shuffled(examples, createRandom(seedOf(seed, 'calibration'))).slice(0, CALIBRATION_PAGES);
  const pages = await Promise.all(chosen.map((example) => loadPage(example, config.maxPositionEmbeddings)));
  const drawn = initialiseWeights(config, labelCount, seed);
  const weights = await startWordTable(drawn, config, { labelCount, seed, examples });
  const model = createModel(config, weights, labelCount);
  try {
    calibrateBatchNorm(
      model,
      pages.map(({ image }) => image),
    );
    return await readWeights(model);
  } finally {
    model.dispose();
  }
}
