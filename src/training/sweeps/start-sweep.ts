/** Begins a sweep: draws its trials, freezes what all of them learn from, or writes down why there is nothing to learn. */
import type { DatabaseConnection, Transaction } from '../../platform/database/database.js';
import { createId } from '../../shared/ids.js';
import { storableText } from '../../shared/storable-text.js';
import { readTags } from '../annotate-training-run.js';
import { prepareDataset } from '../collect-dataset.js';
import type { RunLimits } from '../run-limits.js';
import {
  planStart,
  readLimits,
  requireUsableHyperparameters,
  type StartDependencies,
  type WantedHyperparameters,
} from '../start-training-run.js';
import type { RunHyperparameters, TrainingFact } from '../training-run.js';
import { planRungs } from './halving.js';
import { drawTrials, extremesOf, findRangeFault, type SearchRange, withDraw } from './search-space.js';
import { createInvalidSweepError } from './sweep.errors.js';
import type { Sweep, SweepKind } from './sweep.js';
import { insertSweep } from './sweep.repository.js';

type SweepRequest = {
  kind: SweepKind;
  ranges: readonly SearchRange[];
  trials: number;
  /** Of the drawing; that of the runs is a hyper-parameter. */
  seed: number;
  /** Of successive halving: 3 and 1 where they are not given. */
  reductionFactor: number | null;
  firstRungEpochs: number | null;
  promoteBest: boolean;
  note: string | null;
  tags: readonly string[];
  limits: RunLimits;
  baseModelId: string | null;
  fromScratch: boolean;
  /** What all trials have in common. */
  hyperparameters: WantedHyperparameters;
};
export type StartSweep = (request: SweepRequest) => Promise<Sweep>;

// Each takes minutes at least: more would not end. The table and the plot of as many can still be read.
const mostTrials = 200;
// As many as a run may have.
const mostEpochs = 10_000;
// What Li et al. (2018) advise, e being the best in theory.
const usualReductionFactor = 3;

/**
 * @returns a function that answers a RUNNING sweep, or a SKIPPED one that says what is missing. It throws INVALID_SWEEP, and what
 * starting a run throws.
 */
export function createStartSweep(
  dependencies: StartDependencies & {
    connection: DatabaseConnection;
    announce: (tx: Transaction, fact: TrainingFact) => Promise<void>;
  },
): StartSweep {
  const { connection, announce } = dependencies;
  return async (request) => {
    const { kind, trials, seed, promoteBest, note } = request;
    const tags = readTags(request.tags);
    const limits = readLimits(request.limits);
    requireUsableSweep(request);
    const ranges = [...request.ranges];
    const draws = drawTrials(ranges, trials, seed);
    await prepareDataset(connection);
    return await connection.transaction(async (tx) => {
      const start = await planStart(tx, { ...request, limits }, dependencies);
      const { baseModelId, hyperparameters, warnings, obstacle } = start;
      requireUsableTrials(ranges, draws, hyperparameters);
      const sweep = await insertSweep(tx, {
        id: createId(),
        ...{ kind, tags, ...limits, promoteBest, baseModelId, hyperparameters, warnings },
        ...{ ranges, draws, seed, ...readHalving(request) },
        note: note && storableText(note),
        status: obstacle === null ? 'RUNNING' : 'SKIPPED',
        statusReason: obstacle,
        snapshotId: obstacle === null ? await start.freeze() : null,
        bestRunId: null,
        finishedAt: obstacle === null ? null : new Date(),
      });
      if (obstacle === null) await announce(tx, { name: 'sweepRequested', sweepId: sweep.id });
      return sweep;
    });
  };
}

function readHalving({ kind, reductionFactor, firstRungEpochs }: SweepRequest) {
  return kind === 'RANDOM'
    ? { reductionFactor: null, firstRungEpochs: null }
    : { reductionFactor: reductionFactor ?? usualReductionFactor, firstRungEpochs: firstRungEpochs ?? 1 };
}

/** @throws AppError INVALID_SWEEP. */
function requireUsableSweep(request: SweepRequest): void {
  const fault = findFault(request) ?? findRangeFault(request.ranges);
  if (fault !== null) throw createInvalidSweepError(fault);
}

function findFault(request: SweepRequest): string | null {
  const { kind, trials, ranges, hyperparameters } = request;
  if (!(Number.isInteger(trials) && trials >= 2 && trials <= mostTrials))
    return `trials is ${trials}, but must be a whole number from 2 to ${mostTrials}.`;
  if (kind === 'RANDOM') {
    return request.reductionFactor === null && request.firstRungEpochs === null
      ? null
      : 'reductionFactor and firstRungEpochs belong to SUCCESSIVE_HALVING: leave them out, or change the kind.';
  }
  const { reductionFactor, firstRungEpochs } = readHalving(request);
  if (reductionFactor === null || !(reductionFactor >= 2 && reductionFactor <= trials))
    return `reductionFactor is ${reductionFactor}, but must be from 2 to the number of trials, ${trials}.`;
  if (firstRungEpochs === null || firstRungEpochs < 1)
    return `firstRungEpochs is ${firstRungEpochs}, but must be at least 1.`;
  if (
    hyperparameters.epochs !== undefined ||
    ranges.some(({ hyperparameter }) => hyperparameter === 'epochs')
  )
    return 'The epochs of successive halving follow from firstRungEpochs and reductionFactor: leave them out elsewhere.';
  const last = planRungs(trials, { reductionFactor, firstRungEpochs }).at(-1);
  return (last?.epochs ?? 0) > mostEpochs
    ? `The last rung would have ${last?.epochs} epochs, but a run has at most ${mostEpochs}: lower firstRungEpochs or trials.`
    : null;
}

/** @throws AppError INVALID_HYPERPARAMETER for ends of ranges, choices or trials that no run can be made with. */
function requireUsableTrials(
  ranges: readonly SearchRange[],
  draws: Sweep['draws'],
  hyperparameters: RunHyperparameters,
): void {
  for (const range of ranges) {
    for (const value of extremesOf(range)) {
      requireUsableHyperparameters(withDraw(hyperparameters, { [range.hyperparameter]: value }));
    }
  }
  // Each by itself may do where several together do not.
  for (const draw of draws) requireUsableHyperparameters(withDraw(hyperparameters, draw));
}
