/**
 * What training of the published size takes: memory, by what it is for, and seconds. Trains on made-up pages of full length and
 * prints the estimate beside what was measured (VmHWM: the most that was ever resident, which Linux counts).
 *
 *   npm run bench:memory -- [--tokens 512] [--batch 8] [--micro N] [--checkpointing] [--freezing stem-and-res2] [--steps 2]
 *       [--engine tensorflow] [--max-gb 12] [--pages N]
 *
 * Without --micro, micro-batch and checkpointing are those that a run chooses by itself within --max-gb.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import type { EncodedPage } from '../src/layoutlmv2/encoded-page.js';
import { ENGINE_NAMES, startEngine } from '../src/layoutlmv2/engine.js';
import type { FreezingPreset } from '../src/layoutlmv2/freezing.js';
import { initialiseWeights } from '../src/layoutlmv2/initialise.js';
import { modelConfig } from '../src/layoutlmv2/model-sizes.js';
import { fineTuningHyperparameters } from '../src/layoutlmv2/training/hyperparameters.js';
import { estimateTrainingMemory, fitToMemory, totalOf } from '../src/layoutlmv2/training/memory-estimate.js';
import { trainSequenceClassifier } from '../src/layoutlmv2/training/train.js';

const labelCount = 16;
const { values } = parseArgs({
  options: {
    tokens: { type: 'string', default: '512' },
    batch: { type: 'string', default: '8' },
    micro: { type: 'string' },
    checkpointing: { type: 'boolean', default: false },
    freezing: { type: 'string', default: 'stem-and-res2' },
    steps: { type: 'string', default: '2' },
    engine: { type: 'string', default: 'tensorflow' },
    'max-gb': { type: 'string', default: '12' },
    pages: { type: 'string' },
  },
});
const batchSize = Number(values.batch);
const pageCount = Number(values.pages ?? batchSize);
const config = modelConfig('base', 30_522);
const wanted = {
  ...fineTuningHyperparameters,
  batchSize,
  microBatchSize: Number(values.micro ?? fineTuningHyperparameters.microBatchSize),
  gradientCheckpointing: values.checkpointing,
  maxTokens: Number(values.tokens),
  freezing: values.freezing as FreezingPreset,
  epochs: Math.ceil((Number(values.steps) * batchSize) / pageCount),
  // The pages mean nothing: they are not to be learnt.
  learningRate: 1e-6,
};
const economy = values.micro ? {} : fitToMemory(config, labelCount, wanted, 1e9 * Number(values['max-gb']));
const hyperparameters = { ...wanted, ...economy };

const engine = await startEngine(ENGINE_NAMES.find((name) => name === values.engine) ?? 'auto');
console.log(`engine ${engine.name} on ${engine.device}`);
console.log(
  `base size, ${values.tokens} tokens, batch ${batchSize}, micro-batch ${hyperparameters.microBatchSize}, ` +
    `checkpointing ${hyperparameters.gradientCheckpointing}, freezing ${values.freezing}`,
);
const estimate = estimateTrainingMemory(config, labelCount, hyperparameters);
console.log(
  `estimate: ${gigabytes(totalOf(estimate))} = ${Object.entries(estimate)
    .map(([part, bytes]) => `${part} ${gigabytes(bytes)}`)
    .join(' + ')}`,
);
tell('engine started');
const weights = initialiseWeights(config, labelCount, 1);
tell('weights drawn');

const training = Array.from({ length: pageCount }, (_, page) => ({
  unit: `page ${page}`,
  label: page % labelCount,
  page: madeUpPage(page, hyperparameters.maxTokens),
}));
let [lastAt, learningMs] = [performance.now(), 0];
const events = trainSequenceClassifier({
  config,
  weights,
  labelCount,
  training,
  validation: [],
  hyperparameters,
});
for await (const event of events) {
  const seconds = (performance.now() - lastAt) / 1000;
  if (event.type === 'micro-batch') learningMs += 1000 * seconds;
  if (event.type === 'note') console.log(`note: ${event.message}`);
  if (event.type === 'step') {
    const perPage = learningMs / 1000 / batchSize;
    tell(
      `step ${event.step}: loss ${event.loss.toFixed(4)}, ${perPage.toFixed(2)} s an example, ` +
        `norm and update ${seconds.toFixed(2)} s, ${tf.memory().numTensors} tensors`,
    );
    learningMs = 0;
  }
  if (event.type === 'epoch') {
    await event.state();
    tell(`epoch ${event.epoch}: state read, ${event.imagesRead} images through a frozen backbone`);
  }
  lastAt = performance.now();
}
tell('end');

/** Words and boxes all over the page, and a picture of noise. */
function madeUpPage(page: number, tokens: number): EncodedPage {
  const inputIds = Array.from(
    { length: tokens },
    (_, token) => 1 + ((token * 7919 + page * 104_729) % 30_521),
  );
  const boxes = inputIds.flatMap((_, token) => {
    const [x, y] = [(token * 37) % 900, (token * 53) % 950];
    return [x, y, x + 80, y + 20];
  });
  const image = Uint8Array.from({ length: 224 * 224 * 3 }, (_, at) => (at * 31 + page * 17) & 255);
  return { inputIds, boxes, image, truncatedTokens: 0 };
}

function tell(what: string): void {
  const status = readFileSync('/proc/self/status', 'utf8');
  const kilobytes = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]);
  const [now, most] = [kilobytes('VmRSS'), kilobytes('VmHWM')].map((size) => gigabytes(1024 * size));
  console.log(`${now} resident, at most ${most}: ${what}`);
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(2)} GB`;
}
