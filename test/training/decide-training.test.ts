import { describe, expect, it } from 'vitest';
import { decideTraining, type TrainingSituation } from '../../src/training/decide-training.js';
import { defaultTrainingPolicy, type TrainingPolicy } from '../../src/training/training-policy.js';

const now = new Date('2026-05-04T12:00:00Z');
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000);
const news = (documents: number, oldest: number | null = 60, newest: number | null = 30) => ({
  documents,
  oldestAt: oldest === null ? null : minutesAgo(oldest),
  newestAt: newest === null ? null : minutesAgo(newest),
});
const nothing = news(0, null, null);
const nightly = { schedule: '0 2 * * *', scheduleHandledAt: new Date('2026-05-03T12:00:00Z') };
const drifting = [{ metric: 'CLASS_MIX' as const, value: 0.3 }];

type Case = [string, Partial<TrainingPolicy>, Partial<TrainingSituation>, string];

describe('whether a run begins by itself', () => {
  it.each<Case>([
    ['nothing has happened', {}, {}, 'nothing'],
    ['one decision fewer than it takes', {}, { newDecisions: news(99) }, 'nothing'],
    ['as many decisions as it takes, at rest', {}, { newDecisions: news(100) }, 'start CORRECTIONS'],
    ['decisions do not count', { newDecisions: null }, { newDecisions: news(1000) }, 'nothing'],
    [
      'automatic training is off',
      { isAutomatic: false, ...nightly },
      { newDecisions: news(1000) },
      'nothing',
    ],
    [
      'decisions are still coming in',
      {},
      { newDecisions: news(150, 60, 14) },
      'skip CORRECTIONS DECISIONS_COMING_IN',
    ],
    ['decisions have rested just long enough', {}, { newDecisions: news(150, 60, 15) }, 'start CORRECTIONS'],
    [
      'decisions never rest, and the oldest waits',
      {},
      { newDecisions: news(150, 359, 0) },
      'skip CORRECTIONS DECISIONS_COMING_IN',
    ],
    [
      'decisions never rest, and the oldest has waited long enough',
      {},
      { newDecisions: news(150, 360, 0) },
      'start CORRECTIONS',
    ],
    [
      'a run is not over',
      {},
      { newDecisions: news(100), activeRun: { number: 7 } },
      'skip CORRECTIONS RUN_ACTIVE',
    ],
    [
      'the last run has just ended',
      {},
      { newDecisions: news(100), lastRunEndedAt: minutesAgo(14) },
      'skip CORRECTIONS TOO_SOON',
    ],
    [
      'the last run has been over long enough',
      {},
      { newDecisions: news(100), lastRunEndedAt: minutesAgo(15) },
      'start CORRECTIONS',
    ],
    [
      'nothing is debounced',
      { debounceMinutes: 0 },
      { newDecisions: news(100, 1, 0), lastRunEndedAt: now },
      'start CORRECTIONS',
    ],
    [
      'nothing is debounced, and who wrote down the times has a clock that is ahead',
      { debounceMinutes: 0 },
      { newDecisions: news(100, -1, -2), lastRunEndedAt: minutesAgo(-1) },
      'start CORRECTIONS',
    ],
    ['the schedule has come', nightly, { newDecisions: news(1, 600, 0) }, 'start SCHEDULE'],
    ['the schedule has come, and nothing is new', nightly, {}, 'skip SCHEDULE NOTHING_NEW'],
    [
      'the schedule has been answered',
      { ...nightly, scheduleHandledAt: minutesAgo(60) },
      { newDecisions: news(1) },
      'nothing',
    ],
    [
      'the schedule comes while a run is not over',
      nightly,
      { newDecisions: news(1), activeRun: { number: 1 } },
      'skip SCHEDULE RUN_ACTIVE',
    ],
    ['recent uploads drift', {}, { newDecisions: news(5), drift: drifting }, 'start DRIFT'],
    [
      'recent uploads drift, and hardly anything is new',
      {},
      { newDecisions: news(4), drift: drifting },
      'skip DRIFT NOTHING_NEW',
    ],
    [
      'recent uploads drift below the limit',
      {},
      { newDecisions: news(50), drift: [{ metric: 'CLASS_MIX', value: 0.149 }] },
      'nothing',
    ],
    [
      'a drift does not count',
      { maxClassMixDrift: null },
      { newDecisions: news(50), drift: drifting },
      'nothing',
    ],
    [
      'confidence falls',
      {},
      { newDecisions: news(50), drift: [{ metric: 'CONFIDENCE', value: 0.2 }] },
      'start DRIFT',
    ],
    [
      'embeddings move',
      {},
      { newDecisions: news(50), drift: [{ metric: 'EMBEDDING', value: 0.2 }] },
      'start DRIFT',
    ],
    ['all three want a run', nightly, { newDecisions: news(100), drift: drifting }, 'start SCHEDULE'],
    [
      'all three want a run and none may',
      nightly,
      { newDecisions: news(100), drift: drifting, activeRun: { number: 3 } },
      'skip SCHEDULE RUN_ACTIVE, skip CORRECTIONS RUN_ACTIVE, skip DRIFT RUN_ACTIVE',
    ],
    ['one may not and another may', {}, { newDecisions: news(150, 60, 1), drift: drifting }, 'start DRIFT'],
  ])('when %s', (_what, policy, situation, expected) => {
    const decision = decideTraining(
      { ...defaultTrainingPolicy(5), ...policy },
      { now, activeRun: null, lastRunEndedAt: null, newDecisions: nothing, drift: [], ...situation },
    );
    const told = decision.start
      ? [`start ${decision.start.trigger}`]
      : decision.skips.map(({ trigger, code }) => `skip ${trigger} ${code}`);
    expect(told.join(', ') || 'nothing').toBe(expected);
    for (const { reason } of decision.skips) expect(reason).toMatch(/^\S.{20,}/);
  });

  it('answers a schedule that has come, whether a run begins or not', () => {
    const situation = { now, activeRun: null, lastRunEndedAt: null, drift: [] };
    const policy = { ...defaultTrainingPolicy(5), ...nightly };
    expect(decideTraining(policy, { ...situation, newDecisions: nothing }).isScheduleDue).toBe(true);
    expect(decideTraining(policy, { ...situation, newDecisions: news(5) }).isScheduleDue).toBe(true);
    const answered = { ...policy, scheduleHandledAt: now };
    expect(decideTraining(answered, { ...situation, newDecisions: news(5) }).isScheduleDue).toBe(false);
  });
});
