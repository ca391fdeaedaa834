import { mkdtemp, readdir, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  findTrainerState,
  type TrainerState,
  writeTrainerState,
} from '../../../src/layoutlmv2/training/trainer-state.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trainer-state-'));
});

afterEach(() => rm(folder, { recursive: true }));

const weight = (...values: number[]) => ({ shape: [1, values.length], data: Float32Array.from(values) });

const state: TrainerState = {
  progress: {
    epoch: 3,
    step: 12,
    bestEpoch: 2,
    bestMacroF1: 0.75,
    bestLoss: 0.1,
    epochsWithoutImprovement: 1,
    economy: { microBatchSize: 4, gradientCheckpointing: true },
    plan: 'three pages',
  },
  weights: new Map([
    ['classifier.weight', weight(1, 2, 3)],
    ['frozen', weight(0.5)],
  ]),
  bestWeights: new Map([['classifier.weight', weight(4, 5, 6)]]),
  optimiser: {
    steps: 12,
    firstMoments: new Map([['classifier.weight', weight(0.1, 0.2, 0.3)]]),
    secondMoments: new Map([['classifier.weight', weight(0.01, 0.04, 0.09)]]),
  },
};

describe('a trainer’s state on disk', () => {
  it('comes back exactly as it was written', async () => {
    await writeTrainerState(join(folder, 'run', 'state'), state);
    expect(await findTrainerState(join(folder, 'run', 'state'))).toEqual(state);
  });

  it('keeps what is not there apart from zero', async () => {
    const fresh: TrainerState = {
      ...state,
      progress: { ...state.progress, bestEpoch: 3, bestMacroF1: null, bestLoss: null, economy: null },
      bestWeights: null,
    };
    await writeTrainerState(folder, fresh);
    expect(await findTrainerState(folder)).toEqual(fresh);
  });

  it('is replaced by the next one, leaving nothing else behind', async () => {
    await writeTrainerState(folder, state);
    const next = { ...state, progress: { ...state.progress, epoch: 4 } };
    await writeTrainerState(folder, next);
    expect(await findTrainerState(folder)).toEqual(next);
    expect(await readdir(folder)).toHaveLength(1);
  });

  it('is not found where none was written, and refused where it is damaged', async () => {
    expect(await findTrainerState(join(folder, 'elsewhere'))).toBeUndefined();
    await writeTrainerState(folder, state);
    const [file = ''] = await readdir(folder);
    await truncate(join(folder, file), 900);
    await expect(findTrainerState(folder)).rejects.toThrow(file);
  });
});
