/** Classeur's network as a process that measures itself: one JSON request a line in, one JSON answer a line out (protocol.ts). */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import * as tf from '@tensorflow/tfjs';
import { openCheckpoint, readCheckpoint } from '../../src/layoutlmv2/checkpoints/checkpoint.js';
import { loadPageClassifier, type PageClassifier } from '../../src/layoutlmv2/classifier.js';
import type { LayoutLMv2Config } from '../../src/layoutlmv2/config.js';
import { ENGINE_NAMES, startEngine } from '../../src/layoutlmv2/engine.js';
import { fineTuningHyperparameters } from '../../src/layoutlmv2/training/hyperparameters.js';
import { createTrainee, type Trainee } from '../../src/layoutlmv2/training/trainee.js';
import { checkAgainstFixture } from './correctness.js';
import { makePages } from './pages.js';
import { profileKernels } from './profile.js';
import type { Answers, Request } from './protocol.js';

const wanted = process.argv[2];
const name = ENGINE_NAMES.find((engine) => engine === wanted);
if (!name) throw new Error(`The engine is "${wanted}", but must be one of ${ENGINE_NAMES.join(', ')}.`);
const engine = await startEngine(name, { webgpuAdapter: process.env.WEBGPU_ADAPTER });

/** What `load` made. */
let classifier: PageClassifier | undefined;
let config: LayoutLMv2Config | undefined;
let steps = 0;
/** Makes a trainee as a run would, with or without recomputing in the backward pass; one at a time. */
let getTrainee: ((checkpointing: boolean) => Trainee) | undefined;

for await (const line of createInterface({ input: process.stdin })) {
  const answer = await respond(JSON.parse(line) as Request);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
// Backends leave threads behind.
process.exit(0);

async function respond(request: Request): Promise<Answers[Request['op']]> {
  switch (request.op) {
    case 'describe':
      return { device: `Classeur on ${engine.name}: ${engine.device}, Node ${process.versions.node}` };
    case 'load':
      await load(request.folder, request.mode);
      return {};
    case 'classify':
      return classify(request.tokens, request.batch);
    case 'train':
      return train(request.tokens, request.batch, request.accumulate, request.checkpointing);
    case 'multiply':
      return { gflops: await multiply(request.side, request.times) };
    case 'profile':
      return profileKernels(
        () =>
          request.mode === 'training'
            ? train(request.tokens, request.batch)
            : classify(request.tokens, request.batch, { graphs: false }),
        config?.backbone.res2Channels ?? 0,
      );
    case 'check':
      return checkAgainstFixture(request.size, engine.name);
    case 'memory':
      return memory();
    default:
      return request satisfies never;
  }
}

async function load(folder: string, mode: 'inference' | 'training'): Promise<void> {
  if (mode === 'inference') {
    const checkpoint = await openCheckpoint(folder);
    try {
      config = checkpoint.config;
      const { readWeight, labels } = checkpoint;
      classifier = await loadPageClassifier({ config, readWeight, labelCount: labels?.length ?? 0 });
    } finally {
      await checkpoint.close();
    }
    return;
  }
  const { weights, labels, config: found } = await readCheckpoint(folder);
  config = found;
  const labelCount = labels?.length ?? 0;
  let current: { trainee: Trainee; checkpointing: boolean } | undefined;
  getTrainee = (checkpointing) => {
    if (current?.checkpointing === checkpointing) return current.trainee;
    current?.trainee.dispose();
    const hyperparameters = {
      ...fineTuningHyperparameters,
      // What is given to learn is learnt at once.
      microBatchSize: Number.MAX_SAFE_INTEGER,
      gradientCheckpointing: checkpointing,
    };
    const options = { config: found, weights, labelCount, training: [], hyperparameters };
    current = { trainee: createTrainee({ ...options, optimiserState: undefined }), checkpointing };
    return current.trainee;
  };
}

async function classify(
  tokens: number,
  batch: number,
  options?: { graphs: boolean },
): Promise<Answers['classify']> {
  if (!classifier) throw new Error('Nothing is loaded to classify with.');
  const pages = makePages(tokens, batch, config?.vocabSize);
  const started = performance.now();
  const results = await classifier.classify(pages, { batchSize: batch, ...options });
  const seconds = (performance.now() - started) / 1000;
  return { seconds, logits: results.map(({ logits }) => Array.from(logits)) };
}

async function train(
  tokens: number,
  batch: number,
  accumulate = 1,
  checkpointing = false,
): Promise<Answers['train']> {
  const trainee = getTrainee?.(checkpointing);
  if (!trainee) throw new Error('Nothing is loaded to train.');
  const examples = makePages(tokens, batch, config?.vocabSize).map((page, label) => ({
    unit: String(label),
    label,
    page,
  }));
  const started = performance.now();
  steps += 1;
  let loss = 0;
  for (let microBatch = 0; microBatch < accumulate; microBatch += 1) {
    const share = 1 / accumulate;
    loss += share * (await trainee.learn(examples, { step: steps, microBatch, share })).loss;
  }
  await trainee.update(fineTuningHyperparameters.learningRate, () => undefined);
  // An update is not waited for by itself; a later batch would pay for it.
  await tf.scalar(0).data();
  return { seconds: (performance.now() - started) / 1000, loss };
}

/** GFLOP/s of products of square matrices. */
async function multiply(side: number, times: number): Promise<number> {
  const factor = tf.randomNormal([side, side], 0, 1 / Math.sqrt(side));
  const corner = async (count: number): Promise<void> => {
    const part = tf.tidy(() => {
      let product: tf.Tensor = factor;
      for (let turn = 0; turn < count; turn += 1) product = tf.matMul(product, factor);
      return tf.slice(product, [0, 0], [1, 1]);
    });
    await part.data();
    part.dispose();
  };
  await corner(1);
  const started = performance.now();
  await corner(times);
  const seconds = (performance.now() - started) / 1000;
  factor.dispose();
  return (times * 2 * side ** 3) / seconds / 1e9;
}

function memory(): Answers['memory'] {
  const status = readFileSync('/proc/self/status', 'utf8');
  const bytes = (field: string): number =>
    1024 * Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? Number.NaN);
  return { residentBytes: bytes('VmRSS'), peakBytes: bytes('VmHWM') };
}
