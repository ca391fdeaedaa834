/** The files of a checkpoint of the tiny network of the reference values, as a hub or a folder has them. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSafetensors, writeSafetensors } from '../../src/layoutlmv2/checkpoints/safetensors.js';
import type { WeightMap } from '../../src/layoutlmv2/parameters.js';

const fixtures = join(import.meta.dirname, '..', 'layoutlmv2', 'fixtures');

/** The files by name: with a classifier of these five classes, or as a base model without one. */
export async function makeTinyCheckpoint(options: {
  classes: readonly string[] | null;
  /** What the model card states; null for a card that states none. */
  licence: string | null;
  changeConfig?: Record<string, unknown>;
  changeWeights?: (weights: WeightMap) => void;
}): Promise<Map<string, Buffer>> {
  const { classes, licence, changeConfig = {}, changeWeights = () => {} } = options;
  const config = JSON.parse(await readFile(join(fixtures, 'tiny_config.json'), 'utf8')) as object;
  const id2label = classes && { id2label: Object.fromEntries(classes.map((name, row) => [row, name])) };
  const pieces = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'word'];
  const card = licence === null ? '# A model\n' : `---\nlicense: ${licence}\n---\n# A model\n`;
  return new Map([
    [
      'config.json',
      Buffer.from(JSON.stringify({ ...config, model_type: 'layoutlmv2', ...id2label, ...changeConfig })),
    ],
    ['vocab.txt', Buffer.from(`${pieces.join('\n')}\n`)],
    ['README.md', Buffer.from(card)],
    ['model.safetensors', await readWeights(classes !== null, changeWeights)],
  ]);
}

async function readWeights(hasClassifier: boolean, change: (weights: WeightMap) => void): Promise<Buffer> {
  const weights: WeightMap = new Map();
  const file = await openSafetensors(join(fixtures, 'tiny.safetensors'));
  for (const name of file.tensors.keys()) {
    if (hasClassifier || !name.startsWith('classifier.')) weights.set(name, await file.readTensor(name));
  }
  await file.close();
  change(weights);
  const folder = await mkdtemp(join(tmpdir(), 'tiny-'));
  try {
    await writeSafetensors(join(folder, 'model.safetensors'), weights);
    return await readFile(join(folder, 'model.safetensors'));
  } finally {
    await rm(folder, { recursive: true });
  }
}
