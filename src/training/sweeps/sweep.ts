/** A sweep, its trials and what they have reached: types, and what follows from them without a database. */
import type { EpochMetrics, RunHyperparameters, TrainingRun } from '../training-run.js';
import { isOver } from '../training-run.js';
import { type Halving, planRungs, type Rung, rank, type TrialRun } from './halving.js';
import type { Draw, SearchRange } from './search-space.js';

export const sweepKinds = ['RANDOM', 'SUCCESSIVE_HALVING'] as const;
export type SweepKind = (typeof sweepKinds)[number];

export const sweepStatuses = ['RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'SKIPPED'] as const;
export type SweepStatus = (typeof sweepStatuses)[number];

export type Sweep = {
  id: string;
  /** From 1, in the order of their making. */
  number: number;
  kind: SweepKind;
  status: SweepStatus;
  /** Why it was skipped, cancelled or failed, or which trial was the best. */
  statusReason: string | null;
  note: string | null;
  tags: string[];
  ranges: SearchRange[];
  /** What each trial was given, the first one first. */
  draws: Draw[];
  /** What all trials have in common. */
  hyperparameters: RunHyperparameters;
  seed: number;
  /** Of successive halving alone. */
  reductionFactor: number | null;
  firstRungEpochs: number | null;
  /** Whether the gate judges the best trial at the end. */
  promoteBest: boolean;
  /** Of each trial. */
  maxMinutes: number | null;
  maxMemoryMib: number | null;
  baseModelId: string | null;
  /** What all trials learn from; null for a skipped one. */
  snapshotId: string | null;
  warnings: string[];
  /** Set when all trials are over. */
  bestRunId: string | null;
  createdAt: Date;
  finishedAt: Date | null;
};

/** A trial on a rung, with the run that it is and the epochs that run has done. */
export type SweepTrial = TrialRun & {
  run: TrainingRun;
  values: Draw;
  epochs: EpochMetrics[];
  /** From 1, the best first; null without a score. */
  rank: number | null;
};

export function rungsOf(sweep: Pick<Sweep, 'draws' | 'reductionFactor' | 'firstRungEpochs'>): Rung[] {
  return planRungs(sweep.draws.length, halvingOf(sweep));
}

function halvingOf({
  reductionFactor,
  firstRungEpochs,
}: Pick<Sweep, 'reductionFactor' | 'firstRungEpochs'>): Halving | null {
  return reductionFactor === null || firstRungEpochs === null ? null : { reductionFactor, firstRungEpochs };
}

/** The trials that have been queued, the best first; those without a score last. */
export function rankTrials(
  sweep: Pick<Sweep, 'draws'>,
  runs: readonly { run: TrainingRun; epochs: EpochMetrics[] }[],
): SweepTrial[] {
  const trials = runs.flatMap(({ run, epochs }) => {
    if (run.sweepTrial === null || run.sweepRung === null) return [];
    // The one whose weights the run has kept.
    const best = run.status === 'SUCCEEDED' ? epochs.findLast(({ isBest }) => isBest) : undefined;
    const macroF1 = best?.validationMacroF1 ?? null;
    const score = macroF1 === null ? null : { macroF1, loss: best?.validationLoss ?? null };
    const values = sweep.draws[run.sweepTrial - 1] ?? {};
    const place = { trial: run.sweepTrial, rung: run.sweepRung };
    return [{ ...place, isOver: isOver(run.status), score, run, values, epochs }];
  });
  return rank(trials).map((trial, index) => ({ ...trial, rank: trial.score === null ? null : index + 1 }));
}
