/** What none-of-these compares with, made up. */
import { fitOutlierModel } from '../../src/layoutlmv2/calibration/outlier-score.js';
import { createRandom } from '../../src/layoutlmv2/random.js';

/** Statistics of pages drawn at random, `[3 * hidden]`. */
export function drawOutlierModel(hidden: number) {
  const random = createRandom(2);
  const page = (label: number) => ({
    label,
    embedding: Float32Array.from({ length: 3 * hidden }, () => random.uniform()),
  });
  const model = fitOutlierModel({
    training: [0, 1, 2, 3].map(page),
    known: Array.from({ length: 9 }, () => ({ pages: [page(0)], probabilities: [0.7, 0.3] })),
  });
  if (!model) throw new Error('there are enough documents');
  return model;
}
