/** Whether an engine computes what Hugging Face's implementation computed: logits, loss and gradients against recorded values. */
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { type LayoutLMv2Config, parseConfig } from '../../src/layoutlmv2/config.js';
import type { EngineName } from '../../src/layoutlmv2/engine.js';
import { lossAndGradients } from '../../src/layoutlmv2/gradients.js';
import { createModel } from '../../src/layoutlmv2/model.js';
import { BASE_TOLERANCES, TINY_TOLERANCES } from '../../test/layoutlmv2/support/tolerances.js';
import { fixtureBatch, fixtureWeights } from '../../test/support/fixture-weights.js';
import type { Answers, FixtureSize } from './protocol.js';

/** What was recorded, as far as it is compared here; the tests compare more. */
type Reference = {
  loss: number;
  logits: number[][];
  labels: number[];
  B: number;
  T: number;
  pad: number;
  num_labels: number;
  grad: Record<string, { norm: number } | null>;
};

const readFixture = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../test/layoutlmv2/fixtures/${name}`, import.meta.url), 'utf8'));

/** The configuration of a network that values were recorded of. */
export function fixtureConfig(size: FixtureSize): LayoutLMv2Config {
  return parseConfig(size === 'base' ? {} : readFixture('tiny_config.json'));
}

/** Runs the recorded batch forward and backward. */
export async function checkAgainstFixture(size: FixtureSize, engine: EngineName): Promise<Answers['check']> {
  const reference = readFixture(`${size}.json`) as Reference;
  const config = fixtureConfig(size);
  const model = createModel(config, fixtureWeights(config, reference.num_labels), reference.num_labels);
  const batch = fixtureBatch(config, reference.B, reference.T, reference.pad);
  const trainable = Object.keys(reference.grad).filter((name) => reference.grad[name]);
  const { loss, logits, gradients } = lossAndGradients(model, batch, reference.labels, {
    trainable,
    checkpointing: true,
  });
  const found = [...(await logits.data()), ...(await loss.data())];
  const expected = [...reference.logits.flat(), reference.loss];
  const largest = Math.max(...expected.map(Math.abs));
  const forwardErrors = expected.map((value, at) => Math.abs(value - (found[at] ?? Number.NaN)) / largest);
  const gradientErrors: number[] = [];
  for (const name of trainable) {
    const values = (await gradients.get(name)?.data()) ?? [];
    const norm = Math.sqrt(Array.from(values).reduce((sum, value) => sum + value ** 2, 0));
    const recorded = reference.grad[name]?.norm ?? Number.NaN;
    // A norm of exactly zero was recorded where only padding would have one.
    gradientErrors.push(recorded === 0 ? norm : Math.abs(norm / recorded - 1));
  }
  tf.dispose([loss, logits, ...gradients.values()]);
  model.dispose();
  const tolerance = (size === 'base' ? BASE_TOLERANCES : TINY_TOLERANCES)[engine];
  const [forwardError, gradientError] = [Math.max(...forwardErrors), Math.max(...gradientErrors)];
  return {
    forwardError,
    gradientError,
    gradients: trainable.length,
    isWithinTolerance: forwardError <= tolerance.forward && gradientError <= tolerance.gradient,
  };
}
