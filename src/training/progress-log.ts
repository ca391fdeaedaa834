/** Keeps what a run tells of itself while it learns: steps, epochs, how long it will take. */
import type { DatabaseConnection } from '../platform/database/database.js';
import { announceEvent } from '../platform/events/event.repository.js';
import { createTimeLeft } from './time-left.js';
import { insertEpoch, insertPoints, updateRun } from './training.repository.js';
import type { EpochMetrics, TrainingRun } from './training-run.js';

type Step = {
  step: number;
  totalSteps: number;
  epoch: number;
  examplesPerSecond: number;
  durationMs: number;
};

export type ProgressLog = {
  /** @param points figures of the step by the names of their series */
  keepStep(step: Step, points: Readonly<Record<string, number>>, totalEpochs: number): Promise<void>;
  keepEpoch(epoch: EpochMetrics): Promise<void>;
};

// Whoever watches sees a curve grow, not each of a hundred steps a second.
const announceIntervalMs = 500;

export function createProgressLog(
  connection: DatabaseConnection,
  { id: runId, maxMinutes }: Pick<TrainingRun, 'id' | 'maxMinutes'>,
): ProgressLog {
  let announcedAt = 0;
  const timeLeft = createTimeLeft();
  const startedAt = performance.now();
  // A run that goes on after its process has ended may have used some of its time before: then this is an upper limit.
  const secondsToLimit = () =>
    maxMinutes === null
      ? Number.POSITIVE_INFINITY
      : Math.max(0, 60 * maxMinutes - (performance.now() - startedAt) / 1000);
  return {
    async keepStep({ step, totalSteps, epoch, examplesPerSecond, durationMs }, points, totalEpochs) {
      timeLeft.addStep(durationMs);
      const estimate = timeLeft.secondsLeft({ step, totalSteps, epoch, totalEpochs });
      const secondsLeft = estimate === null ? null : Math.min(estimate, secondsToLimit());
      const now = performance.now();
      const isTimeToAnnounce = now - announcedAt >= announceIntervalMs;
      await connection.transaction(async (tx) => {
        await insertPoints(tx, runId, step, new Date(), points);
        await updateRun(tx, runId, { epoch, totalEpochs, step, totalSteps, examplesPerSecond, secondsLeft });
        if (isTimeToAnnounce) await announceEvent(tx, { topic: 'trainingRunUpdated', id: runId });
      });
      if (isTimeToAnnounce) announcedAt = now;
    },
    async keepEpoch(event) {
      const { epoch, trainLoss, validationLoss, validationAccuracy, validationMacroF1 } = event;
      const { learningRate, durationMs, isBest } = event;
      timeLeft.addEpoch(durationMs);
      await connection.transaction(async (tx) => {
        await insertEpoch(tx, runId, {
          epoch,
          trainLoss,
          validationLoss,
          validationAccuracy,
          validationMacroF1,
          learningRate,
          durationMs,
          isBest,
        });
        await announceEvent(tx, { topic: 'trainingRunUpdated', id: runId });
      });
    },
  };
}
