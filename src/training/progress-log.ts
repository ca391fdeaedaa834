/** Keeps what a run tells of itself while it learns: steps, epochs, how long it will take. */

import type { EpochEvent, StepEvent } from '../layoutlmv2/training/train.js';
import type { DatabaseConnection } from '../platform/database/database.js';
import { announceEvent } from '../platform/events/event.repository.js';
import { insertEpoch, insertPoints, updateRun } from './training.repository.js';

export type ProgressLog = {
  keepStep(event: StepEvent, totalEpochs: number): Promise<void>;
  keepEpoch(event: EpochEvent): Promise<void>;
};

// Whoever watches sees a curve grow, not each of a hundred steps a second.
const announceIntervalMs = 500;
// Of the mean step time: about the last ten steps count, so that one slow step does not scare.
const smoothing = 0.1;

export function createProgressLog(connection: DatabaseConnection, runId: string): ProgressLog {
  let announcedAt = 0;
  let meanStepMs: number | null = null;
  return {
    async keepStep(event, totalEpochs) {
      const { step, totalSteps, epoch, loss, learningRate, gradientNorm, examplesPerSecond, durationMs } =
        event;
      meanStepMs = meanStepMs === null ? durationMs : meanStepMs + smoothing * (durationMs - meanStepMs);
      const secondsLeft = ((totalSteps - step) * meanStepMs) / 1000;
      const now = performance.now();
      const isTimeToAnnounce = now - announcedAt >= announceIntervalMs;
      await connection.transaction(async (tx) => {
        await insertPoints(tx, runId, step, new Date(), {
          loss,
          learningRate,
          gradientNorm,
          examplesPerSecond,
        });
        await updateRun(tx, runId, { epoch, totalEpochs, step, totalSteps, examplesPerSecond, secondsLeft });
        if (isTimeToAnnounce) await announceEvent(tx, { topic: 'trainingRunUpdated', id: runId });
      });
      if (isTimeToAnnounce) announcedAt = now;
    },
    async keepEpoch(event) {
      const { epoch, trainLoss, validationLoss, validationAccuracy, validationMacroF1 } = event;
      const { learningRate, durationMs, isBest } = event;
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
