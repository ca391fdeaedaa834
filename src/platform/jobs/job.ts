/**
 * What a job is, apart from who does it: a name, the form of its payload, how often it is tried and in which lane it
 * runs. A job is only ever made in the transaction that writes what it is about.
 */
import type { z } from 'zod';

/** Which kind of process does a job: pages and words, or training. */
export type Lane = 'worker' | 'trainer';

export type JobDefinition<Payload> = {
  readonly name: string;
  readonly lane: Lane;
  readonly payload: z.ZodType<Payload>;
  /** Tries before it is given up, killed processes included. */
  readonly maxAttempts: number;
  /** Jobs of one queue run one after the other; without a queue they run side by side. */
  readonly queue?: string;
  /** Cron expression in UTC: the job is also made by itself, with an empty payload, once however many processes there are. */
  readonly schedule?: string;
  /** Such a job is put off by this long, and one that waits stands for all that follow: its payload is empty. */
  readonly gatherMs?: number;
};

/** A job to be done: its definition, and a payload that fits it. */
export type Job = { readonly definition: JobDefinition<unknown>; readonly payload: unknown };

/** Binds a payload to a definition. */
export function jobOf<Payload>(definition: JobDefinition<Payload>, payload: Payload): Job {
  return { definition: definition as JobDefinition<unknown>, payload };
}

/** How a job ended that did not fail: done, or with nothing to do for the reason given. */
export type JobOutcome = { status: 'done' } | { status: 'skipped'; reason: string };

export const jobDone: JobOutcome = { status: 'done' };

export function jobSkipped(reason: string): JobOutcome {
  return { status: 'skipped', reason };
}

/** Who does a job. */
export type JobHandler<Payload = unknown> = {
  definition: JobDefinition<Payload>;
  /** Does the work. It may run twice, also after having been done: the second time must change nothing. */
  run(payload: Payload, context: { signal: AbortSignal; attempt: number }): Promise<JobOutcome>;
  /** Makes the failure visible on what the job was about, after the last try. It may run twice. */
  giveUp(payload: Payload, error: unknown): Promise<void>;
};
