/**
 * What a run was asked to do, as one text that is kept with its states: a state only fits the run it was taken from. All that changes
 * a result is in it; memory and speed are not.
 */
import { createHash } from 'node:crypto';
import type { LayoutLMv2Config } from '../config.js';
import type { TrainingExample } from './examples.js';
import type { Hyperparameters } from './hyperparameters.js';

/** The plan of a run: JSON of one level, by what people call it. */
export function planOf(run: {
  config: LayoutLMv2Config;
  labelCount: number;
  training: readonly TrainingExample[];
  validation: readonly TrainingExample[];
  hyperparameters: Hyperparameters;
}): string {
  const { config, labelCount, training, validation, hyperparameters } = run;
  // Checkpointing only trades time for memory. (The micro-batch decides which pages share padding and a dropout mask.)
  const { gradientCheckpointing: _, labelSmoothing, ...settings } = hyperparameters;
  return JSON.stringify({
    ...settings,
    // States from before there was such a setting lack it.
    ...(labelSmoothing > 0 && { labelSmoothing }),
    labels: labelCount,
    'training pages': training.length,
    'training set': fingerprint(training.map(({ unit, label }) => [unit, label])),
    'validation pages': validation.length,
    'validation set': fingerprint(validation.map(({ unit, label }) => [unit, label])),
    network: fingerprint(config),
  });
}

/** @throws Error naming what differs, with both values */
export function requireSamePlan(saved: string, wanted: string): void {
  if (saved === wanted) return;
  const [before, now] = [fieldsOf(saved), fieldsOf(wanted)];
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  const different = names.filter((name) => before[name] !== now[name]);
  if (different.length === 0) return;
  const say = (fields: Record<string, string>) =>
    different.map((name) => `${name} ${fields[name] ?? 'not set'}`).join(', ');
  throw new Error(`The state was taken from another run: it had ${say(before)}; this one has ${say(now)}.`);
}

/** Each field as text; what is no plan of ours has only itself. */
function fieldsOf(plan: string): Record<string, string> {
  try {
    const fields: Record<string, unknown> = JSON.parse(plan);
    return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, JSON.stringify(value)]));
  } catch {
    return { plan };
  }
}

function fingerprint(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 12);
}
