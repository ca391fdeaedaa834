/**
 * Everything a training run must remember between two epochs, and its one file on disk, so that a trainer that was killed goes on
 * as if nothing had happened. Plain numbers only; no tensors of TensorFlow.js.
 */

import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isJsonObject, parseJson } from '../checkpoints/json.js';
import { openSafetensors, writeSafetensors } from '../checkpoints/safetensors.js';
import type { WeightMap } from '../parameters.js';
import type { AdamWState } from './adamw.js';
import type { Economy } from './trainee.js';

export type TrainerProgress = {
  /** Epochs done. */
  epoch: number;
  /** Optimiser steps done. */
  step: number;
  /** The best epoch so far, from 1, and its figures on the validation data; null where there is none yet or no such data. */
  bestEpoch: number | null;
  bestMacroF1: number | null;
  bestLoss: number | null;
  epochsWithoutImprovement: number;
  /** How the run has had to save memory, which it need not find out again; null where it has not. */
  economy: Economy | null;
  /** What the run was asked to do, as one text: a state only fits the run it was taken from. */
  plan: string;
};

/** A run between two epochs. */
export type TrainerState = {
  progress: TrainerProgress;
  /** All weights of the network, as after the last epoch. */
  weights: WeightMap;
  /** The trained weights as after the best epoch; null where the last epoch is the best. */
  bestWeights: WeightMap | null;
  optimiser: AdamWState;
};

const FILE_NAME = 'trainer-state.safetensors';

/** Prefixes of the tensors' names in the file. */
const PREFIXES = {
  weights: 'weights/',
  best: 'best/',
  first: 'first-moment/',
  second: 'second-moment/',
} as const;

/**
 * Writes a state into a folder, which is made if need be, in place of the one before it. A crash at any moment leaves either the
 * old state or the new one.
 */
export async function writeTrainerState(folder: string, state: TrainerState): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { firstMoments, secondMoments, steps } = state.optimiser;
  const tensors: WeightMap = new Map();
  for (const [prefix, weights] of [
    [PREFIXES.weights, state.weights],
    [PREFIXES.best, state.bestWeights],
    [PREFIXES.first, firstMoments],
    [PREFIXES.second, secondMoments],
  ] as const) {
    for (const [name, weight] of weights ?? []) tensors.set(`${prefix}${name}`, weight);
  }
  await writeSafetensors(join(folder, FILE_NAME), tensors, {
    metadata: { progress: JSON.stringify(state.progress), optimiserSteps: String(steps) },
  });
}

/**
 * Reads the state last written into a folder; undefined where none ever was.
 *
 * @throws Error if the file is damaged.
 */
export async function findTrainerState(folder: string): Promise<TrainerState | undefined> {
  const path = join(folder, FILE_NAME);
  if (!existsSync(path)) return undefined;
  const file = await openSafetensors(path);
  try {
    const read = async (prefix: string): Promise<WeightMap> => {
      const weights: WeightMap = new Map();
      for (const name of file.tensors.keys()) {
        if (name.startsWith(prefix)) weights.set(name.slice(prefix.length), await file.readTensor(name));
      }
      return weights;
    };
    const progress = parseProgress(file.metadata.progress ?? '', path);
    const best = await read(PREFIXES.best);
    return {
      progress,
      weights: await read(PREFIXES.weights),
      bestWeights: best.size === 0 ? null : best,
      optimiser: {
        steps: Number(file.metadata.optimiserSteps),
        firstMoments: await read(PREFIXES.first),
        secondMoments: await read(PREFIXES.second),
      },
    };
  } finally {
    await file.close();
  }
}

function parseProgress(text: string, path: string): TrainerProgress {
  const json = parseJson(text, `The progress in ${path}`);
  const fields: Record<string, unknown> = isJsonObject(json) ? json : {};
  const number = (key: string): number => {
    const value = fields[key];
    if (typeof value !== 'number') throw new Error(`The progress in ${path} has no number "${key}".`);
    return value;
  };
  const numberOrNull = (key: string): number | null => (fields[key] === null ? null : number(key));
  if (typeof fields.plan !== 'string') throw new Error(`The progress in ${path} has no "plan".`);
  return {
    epoch: number('epoch'),
    step: number('step'),
    bestEpoch: numberOrNull('bestEpoch'),
    bestMacroF1: numberOrNull('bestMacroF1'),
    bestLoss: numberOrNull('bestLoss'),
    epochsWithoutImprovement: number('epochsWithoutImprovement'),
    economy: parseEconomy(fields.economy),
    plan: fields.plan,
  };
}

function parseEconomy(json: unknown): Economy | null {
  if (!isJsonObject(json)) return null;
  const { microBatchSize, gradientCheckpointing } = json;
  if (typeof microBatchSize !== 'number' || typeof gradientCheckpointing !== 'boolean') return null;
  return { microBatchSize, gradientCheckpointing };
}
