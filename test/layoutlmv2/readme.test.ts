/** The example of the library's README does what it says, as it stands there. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeCheckpoint } from '../../src/layoutlmv2/checkpoints/checkpoint.js';
import { parseConfig } from '../../src/layoutlmv2/config.js';
import { uncasedWordPiece } from '../../src/layoutlmv2/tokenizer/tokenizer.js';
import { fixtureWeights } from '../support/fixture-weights.js';
import { readFixture } from './support/parity-cases.js';

const library = new URL('../../src/layoutlmv2/', import.meta.url);
const labels = ['letter', 'invoice'];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'readme-'));
});
afterAll(() => rm(folder, { recursive: true }));

it('shows an example that classifies a page with a checkpoint', { timeout: 120_000 }, async () => {
  const config = parseConfig(readFixture('tiny_config.json'));
  const checkpoint = join(folder, 'checkpoint');
  await writeCheckpoint(checkpoint, {
    config,
    labels,
    weights: fixtureWeights(config, labels.length),
    tokenizer: uncasedWordPiece(['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'invoice']),
  });
  const readme = await readFile(new URL('README.md', library), 'utf8');
  const [, example = ''] = /```ts\n(.*?)```/s.exec(readme) ?? [];
  const statements = example.split('\n').filter((line) => line !== '' && !line.startsWith('import '));
  expect(statements.length).toBeLessThanOrEqual(10);

  const program = join(folder, 'example.mts');
  await writeFile(program, `${example.replaceAll("from './", `from '${library}`)}process.exit(0);\n`);
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', program, checkpoint], {
    cwd: fileURLToPath(new URL('../..', library)),
  });
  // An engine may print before.
  const printed = stdout.trim().split("[ 'letter', 'invoice' ]").at(1);
  const probabilities = (printed?.match(/\d\.\d+/g) ?? []).map(Number);
  expect(probabilities, stdout).toHaveLength(2);
  const total = probabilities.reduce((sum, probability) => sum + probability, 0);
  // Single precision in, double precision out.
  expect(Math.abs(total - 1), stdout).toBeLessThan(1e-6);
});
