import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createPageClassifier,
  type PageResult,
  type ReadWeight,
} from '../../../src/layoutlmv2/classifier.js';
import { startEngine } from '../../../src/layoutlmv2/engine.js';
import { initialiseWeights } from '../../../src/layoutlmv2/initialise.js';
import { startClassifierThread } from '../../../src/layoutlmv2/parallel/classifier-thread.js';
import {
  createParallelClassifier,
  type ParallelClassifier,
} from '../../../src/layoutlmv2/parallel/parallel-classifier.js';
import { suitableThreads } from '../../../src/layoutlmv2/parallel/thread-count.js';
import { relativeError } from '../../support/tensors.js';
import { microConfig as config } from '../support/micro-network.js';
import { variedPage } from '../support/varied-page.js';

const labelCount = 3;
const weights = initialiseWeights(config, labelCount, 1);
const pages = [20, 12, 40, 12, 64, 5].map((tokens) => variedPage(tokens, config));
const [page] = pages;
if (!page) throw new Error('There are pages.');

/** Copies, as what is read belongs to the thread. */
const readWeight: ReadWeight = async (name) => {
  const weight = weights.get(name);
  if (!weight) throw new Error(`There is no ${name}.`);
  return { shape: weight.shape, data: weight.data.slice() };
};
const options = { config, readWeight, labelCount, engine: 'wasm', threads: 2 } as const;

/** The same sums in another order of the same engine. */
const TOLERANCE = 1e-5;
const distance = (found: PageResult | undefined, expected: PageResult | undefined): number =>
  relativeError(found?.logits ?? [], expected?.logits ?? [Number.NaN]);

describe('a classifier on threads', () => {
  let expected: PageResult[];
  let classifier: ParallelClassifier;

  beforeAll(async () => {
    await startEngine('wasm');
    const alone = createPageClassifier({ config, weights, labelCount });
    expected = await alone.classify(pages);
    alone.dispose();
    classifier = await createParallelClassifier(options);
  });
  afterAll(() => classifier.dispose());

  it('gives what one gives that computes in this thread, for several callers at once', async () => {
    const [all, first, none] = await Promise.all([
      classifier.classify(pages),
      classifier.classify([page]),
      classifier.classify([]),
    ]);
    for (const [index, result] of all.entries()) {
      expect(distance(result, expected[index])).toBeLessThan(TOLERANCE);
      expect(result.embedding).toHaveLength(3 * config.hiddenSize);
      expect(result.durationMs).toBeGreaterThan(0);
    }
    expect(distance(first[0], expected[0])).toBeLessThan(TOLERANCE);
    expect(none).toEqual([]);
  });

  it('refuses a page that the network cannot read, and goes on', async () => {
    const unreadable = { ...page, inputIds: [2, 100_000] };
    await expect(classifier.classify([page, unreadable])).rejects.toThrow(
      /Page 1 .* 8 box coordinates|Page 1/,
    );
    expect(await classifier.classify([page])).toHaveLength(1);
  });

  it('takes new threads for those that die, and computes their pages again', async () => {
    let started = 0;
    const mortal = await createParallelClassifier({
      ...options,
      threads: 1,
      startThread: async (threadOptions) => {
        const thread = await startClassifierThread(threadOptions);
        started += 1;
        return started === 2 ? thread : dyingAtWork(thread);
      },
    });
    const [result] = await mortal.classify([page]);
    expect(distance(result, expected[0])).toBeLessThan(TOLERANCE);
    expect(started).toBe(2);
    await mortal.dispose();
  });

  it('says so when the thread of a page dies twice', async () => {
    const mortal = await createParallelClassifier({
      ...options,
      startThread: async (threadOptions) => dyingAtWork(await startClassifierThread(threadOptions)),
    });
    await expect(mortal.classify([page])).rejects.toThrow(
      /thread .* ended \(exit code 1\)\. So did the one before/,
    );
    await mortal.dispose();
  });

  it('fails what is under way when it is disposed, and what comes after', async () => {
    const ending = await createParallelClassifier(options);
    const underWay = ending.classify(pages).catch((error: unknown) => error);
    await ending.dispose();
    expect(String(await underWay)).toMatch(/ended|disposed/);
    await expect(ending.classify([page])).rejects.toThrow(/disposed/);
  });

  it('does not start without its weights', async () => {
    const unreadable = createParallelClassifier({
      ...options,
      readWeight: async (name) => {
        throw new Error(`${name} is gone`);
      },
    });
    await expect(unreadable).rejects.toThrow(/layoutlmv2\.\S+ is gone/);
    const misshapen = createParallelClassifier({ ...options, labelCount: labelCount + 1 });
    await expect(misshapen).rejects.toThrow(/"classifier.weight" has the shape \[3,96\].*\[4,96\]/);
    await expect(createParallelClassifier({ ...options, threads: 0 })).rejects.toThrow(/number of threads/);
  });
});

describe('the number of threads', () => {
  const gibibyte = 2 ** 30;

  it('is that of the cores, if memory has room for them', () => {
    expect(suitableThreads(config, labelCount, { cores: 4, freeBytes: 64 * gibibyte })).toBe(4);
    expect(suitableThreads(config, labelCount, { cores: 4, freeBytes: 2 * gibibyte })).toBe(2);
    expect(suitableThreads(config, labelCount, { cores: 4, freeBytes: 0 })).toBe(1);
  });
});

/** A thread that ends while it computes. */
function dyingAtWork(thread: Awaited<ReturnType<typeof startClassifierThread>>): typeof thread {
  return {
    ...thread,
    async classify(batch) {
      const classifying = thread.classify(batch);
      // Heard at once: it is rejected before `end` resolves.
      const settled = classifying.catch((error: unknown) => error);
      await thread.end();
      await settled;
      return classifying;
    },
  };
}
