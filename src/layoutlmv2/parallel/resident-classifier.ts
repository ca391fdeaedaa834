/**
 * A classifier that stays in memory and serves many callers, in the way that is best on its engine: on threads where an engine
 * computes in one, else in this thread in batches.
 */
import { BATCH_SIZE, loadPageClassifier, type ReadWeight } from '../classifier.js';
import type { LayoutLMv2Config } from '../config.js';
import type { EngineName } from '../engine.js';
import { createPageQueue } from '../page-queue.js';
import { createParallelClassifier, type ParallelClassifier } from './parallel-classifier.js';
import { suitableThreads } from './thread-count.js';

/**
 * Loads a classifier. `readWeight` must work as long as the classifier is used: threads may start later.
 *
 * @param options.engine the engine that is active here
 * @throws Error if a weight cannot be read, or is of another shape than the configuration demands
 */
export async function createResidentClassifier(options: {
  config: LayoutLMv2Config;
  readWeight: ReadWeight;
  labelCount: number;
  engine: EngineName;
}): Promise<ParallelClassifier> {
  const { config, labelCount, engine } = options;
  if (engine === 'wasm' || engine === 'cpu') {
    return createParallelClassifier({ ...options, engine, threads: suitableThreads(config, labelCount) });
  }
  const classifier = await loadPageClassifier(options);
  const batchSize = BATCH_SIZE[engine];
  const queue = createPageQueue({
    config,
    // The engine uses the whole device for one batch.
    lanes: 1,
    batchSize,
    compute: (pages) => classifier.classify(pages, { batchSize }),
  });
  return { classify: queue.classify, dispose: async () => classifier.dispose() };
}
