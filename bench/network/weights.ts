/** A checkpoint folder with weights made by a formula, as nobody may pass on the published ones; the network does not care. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeCheckpoint } from '../../src/layoutlmv2/checkpoints/checkpoint.js';
import type { LayoutLMv2Config } from '../../src/layoutlmv2/config.js';
import { uncasedWordPiece } from '../../src/layoutlmv2/tokenizer/tokenizer.js';
import { fixtureWeights } from '../../test/support/fixture-weights.js';

/** As many classes as RVL-CDIP, the data set that document classifiers are compared on. */
const LABEL_COUNT = 16;

/** Writes a checkpoint beside the system's temporary files and gives its folder, to be removed by the caller's `remove`. */
export async function writeMadeUpCheckpoint(
  config: LayoutLMv2Config,
): Promise<{ folder: string; remove(): Promise<void> }> {
  const parent = await mkdtemp(join(tmpdir(), 'classeur-bench-'));
  const folder = join(parent, 'checkpoint');
  await writeCheckpoint(folder, {
    config,
    labels: Array.from({ length: LABEL_COUNT }, (_, row) => `class ${row}`),
    weights: fixtureWeights(config, LABEL_COUNT),
    tokenizer: uncasedWordPiece(['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]']),
  });
  return { folder, remove: () => rm(parent, { recursive: true }) };
}
