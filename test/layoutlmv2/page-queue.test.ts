import { describe, expect, it } from 'vitest';
import type { PageResult } from '../../src/layoutlmv2/classifier.js';
import { createPageClassifier } from '../../src/layoutlmv2/classifier.js';
import type { EncodedPage } from '../../src/layoutlmv2/encoded-page.js';
import { startEngine } from '../../src/layoutlmv2/engine.js';
import { initialiseWeights } from '../../src/layoutlmv2/initialise.js';
import { createPageQueue } from '../../src/layoutlmv2/page-queue.js';
import { relativeError } from '../support/tensors.js';
import { microConfig as config } from './support/micro-network.js';
import { variedPage } from './support/varied-page.js';

const page = (tokens: number): EncodedPage => variedPage(tokens, config);

/** A queue whose batches end when they are told to; `batches` are the lengths of the pages in each. */
function createHeldQueue(options: { lanes?: number; batchSize?: number } = {}) {
  const batches: number[][] = [];
  const held: (() => void)[] = [];
  const queue = createPageQueue({
    config,
    lanes: options.lanes ?? 1,
    batchSize: options.batchSize ?? 4,
    compute: async (pages) => {
      batches.push(pages.map(({ inputIds }) => inputIds.length));
      await new Promise<void>((resolve) => held.push(resolve));
      return pages.map(({ inputIds }) => ({ ...nothing, logits: Float32Array.of(inputIds.length) }));
    },
  });
  const finish = async () => {
    held.shift()?.();
    // The next batch is taken once the results have reached those who wait for them.
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { queue, batches, finish };
}
const nothing: PageResult = { logits: new Float32Array(), embedding: new Float32Array(), durationMs: 0 };

describe('pages that wait', () => {
  it('are computed at once when nothing else is, and together when something was', async () => {
    const { queue, batches, finish } = createHeldQueue();
    const first = queue.classify([page(10)]);
    expect(batches).toEqual([[10]]);
    const others = [queue.classify([page(12), page(10)]), queue.classify([page(11)])];
    await finish();
    await finish();
    await first;
    const results = await Promise.all(others);
    expect(batches).toEqual([[10], [12, 11, 10]]);
    expect(results.map((part) => part.map(({ logits }) => logits[0]))).toEqual([[12, 10], [11]]);
  });

  it('go with others of their length, but never wait for them', async () => {
    const { queue, batches, finish } = createHeldQueue({ batchSize: 3 });
    const all = queue.classify([60, 10, 11, 60, 50, 12, 13, 60].map(page));
    for (let batch = 0; batch < 5; batch++) await finish();
    await all;
    // The first came alone; then the oldest each time, and those nearest to it.
    expect(batches).toEqual([[60, 60, 60], [10, 11, 12], [50], [13]]);
  });

  it('are spread over the lanes', async () => {
    const { queue, batches, finish } = createHeldQueue({ lanes: 2, batchSize: 1 });
    const all = queue.classify([10, 20, 30].map(page));
    expect(batches).toEqual([[10], [20]]);
    await finish();
    expect(batches).toEqual([[10], [20], [30]]);
    await finish();
    await finish();
    expect((await all).map(({ logits }) => logits[0])).toEqual([10, 20, 30]);
  });

  it('fail with their batch alone, and not because of a page that cannot be read', async () => {
    let batches = 0;
    const queue = createPageQueue({
      config,
      lanes: 1,
      batchSize: 2,
      compute: async (pages) => {
        batches += 1;
        if (batches === 1) throw new Error('out of memory');
        return pages.map(() => nothing);
      },
    });
    const failing = queue.classify([page(10)]);
    const next = queue.classify([page(10)]);
    await expect(queue.classify([page(10), { ...page(1), inputIds: [] }])).rejects.toThrow(
      /Page 1 .* 0 tokens/,
    );
    await expect(failing).rejects.toThrow('out of memory');
    expect(await next).toEqual([nothing]);
    expect(batches).toBe(2);
  });

  it('get the same result whoever shares their batch', async () => {
    await startEngine('wasm');
    const weights = initialiseWeights(config, 3, 1);
    const classifier = createPageClassifier({ config, weights, labelCount: 3 });
    const pages = [20, 22, 64, 18, 5, 60].map((tokens) => variedPage(tokens, config));
    const alone = await classifier.classify(pages, { batchSize: 1 });
    const sizes: number[] = [];
    const queue = createPageQueue({
      config,
      lanes: 1,
      batchSize: 8,
      compute: (batch) => {
        sizes.push(batch.length);
        return classifier.classify(batch, { batchSize: batch.length });
      },
    });
    const together = (await Promise.all(pages.map((one) => queue.classify([one])))).flat();
    classifier.dispose();
    expect(Math.max(...sizes)).toBeGreaterThan(1);
    for (const [index, result] of together.entries()) {
      // The padding is of another length: sums have more zeros in them.
      expect(relativeError(result.logits, alone[index]?.logits ?? [])).toBeLessThan(1e-5);
      expect(relativeError(result.embedding, alone[index]?.embedding ?? [])).toBeLessThan(1e-5);
    }
  });
});
