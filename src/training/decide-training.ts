/** Whether a run begins by itself, now: the one rule, from what is known, without a clock or a database of its own. */
import type { DriftMetric } from './drift.js';
import { driftLimit, nextScheduled, type TrainingPolicy } from './training-policy.js';
import type { RunTrigger } from './training-run.js';

export type TrainingSituation = {
  now: Date;
  /** The run that is queued or running. */
  activeRun: { number: number } | null;
  /** When the last run that began was over. */
  lastRunEndedAt: Date | null;
  /** Documents decided, decided anew or no longer decided since the data of the last run was frozen. */
  newDecisions: { documents: number; oldestAt: Date | null; newestAt: Date | null };
  /** The newest figure of each metric, measured on the model that serves. */
  drift: readonly { metric: DriftMetric; value: number }[];
};

type AutomaticTrigger = Exclude<RunTrigger, 'MANUAL' | 'SWEEP'>;
type Skip = { trigger: AutomaticTrigger; code: string; reason: string };

type TrainingDecision = {
  /** What makes a run begin; null: nothing does. */
  start: { trigger: AutomaticTrigger; note: string } | null;
  /** What would have made one begin, and why it did not. */
  skips: Skip[];
  /** Whether the schedule has come and is hereby answered. */
  isScheduleDue: boolean;
};

// Where people decide all day long, the oldest decision waits this many debounce times at most: six hours by default.
const longestWait = 24;
const minuteMs = 60_000;

/**
 * A trigger is due where its own measure is reached. It is then held back, in this order: by a run that is queued or
 * running; by the last one having ended within the debounce time; where there is nothing new to learn; and for new
 * decisions, while more of them come in. If several may start a run, the first of schedule, corrections and drift does,
 * and the others are answered by that run.
 */
export function decideTraining(policy: TrainingPolicy, situation: TrainingSituation): TrainingDecision {
  const none = { start: null, skips: [], isScheduleDue: false };
  if (!policy.isAutomatic) return none;
  const due = listDue(policy, situation);
  const isScheduleDue = due.some(({ trigger }) => trigger === 'SCHEDULE');
  const skips: Skip[] = [];
  for (const { trigger, note } of due) {
    const obstacle = findHindrance(trigger, policy, situation);
    if (obstacle === null) return { start: { trigger, note }, skips: [], isScheduleDue };
    skips.push({ trigger, ...obstacle });
  }
  return { start: null, skips, isScheduleDue };
}

function listDue(
  policy: TrainingPolicy,
  { now, newDecisions, drift }: TrainingSituation,
): { trigger: AutomaticTrigger; note: string }[] {
  const due: { trigger: AutomaticTrigger; note: string }[] = [];
  const scheduled = nextScheduled(policy, policy.scheduleHandledAt);
  if (scheduled !== null && scheduled <= now) {
    due.push({ trigger: 'SCHEDULE', note: `Schedule ${policy.schedule}, due at ${scheduled.toISOString()}` });
  }
  if (policy.newDecisions !== null && newDecisions.documents >= policy.newDecisions) {
    const note = `${newDecisions.documents} documents decided since the last run, ${policy.newDecisions} suffice`;
    due.push({ trigger: 'CORRECTIONS', note });
  }
  const drifted = drift.flatMap(({ metric, value }) => {
    const limit = driftLimit(policy, metric);
    return limit !== null && value >= limit ? [`${metric} ${value.toFixed(3)} (limit ${limit})`] : [];
  });
  if (drifted.length > 0)
    due.push({ trigger: 'DRIFT', note: `Drift of recent uploads: ${drifted.join(', ')}` });
  return due;
}

function findHindrance(
  trigger: AutomaticTrigger,
  policy: TrainingPolicy,
  { now, activeRun, lastRunEndedAt, newDecisions }: TrainingSituation,
): { code: string; reason: string } | null {
  const { debounceMinutes } = policy;
  const debounceMs = debounceMinutes * minuteMs;
  // Other processes write down the times by clocks of their own: what such a clock has ahead of this one is no waiting time.
  const ageMs = (at: Date) => Math.max(0, now.getTime() - at.getTime());
  if (activeRun !== null) {
    return { code: 'RUN_ACTIVE', reason: `Run ${activeRun.number} is not over: one runs at a time` };
  }
  if (lastRunEndedAt !== null && ageMs(lastRunEndedAt) < debounceMs) {
    const reason = `The last run ended at ${lastRunEndedAt.toISOString()}, less than ${debounceMinutes} minutes ago`;
    return { code: 'TOO_SOON', reason };
  }
  // What a schedule asks for is worth one new document; to follow a drift, a label's worth must have been decided.
  const needed = trigger === 'DRIFT' ? policy.minimumDocumentsPerLabel : 1;
  if (newDecisions.documents < needed) {
    const reason = `${newDecisions.documents} documents have been decided since the last run, it takes ${needed} to learn anything new`;
    return { code: 'NOTHING_NEW', reason };
  }
  const { oldestAt, newestAt } = newDecisions;
  if (trigger === 'CORRECTIONS' && oldestAt !== null && newestAt !== null) {
    const isAtRest = ageMs(newestAt) >= debounceMs;
    const hasWaited = ageMs(oldestAt) >= longestWait * debounceMs;
    if (!isAtRest && !hasWaited) {
      const reason = `Decisions are still coming in, the last at ${newestAt.toISOString()}: a run begins ${debounceMinutes} minutes after the last`;
      return { code: 'DECISIONS_COMING_IN', reason };
    }
  }
  return null;
}
