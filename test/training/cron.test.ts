import { describe, expect, it } from 'vitest';
import { nextOccurrence, parseCron } from '../../src/training/cron.js';

const next = (schedule: string, after: string) =>
  nextOccurrence(parseCron(schedule), new Date(after))?.toISOString() ?? null;

describe('a schedule', () => {
  it.each([
    ['* * * * *', '2026-01-01T00:00:00Z', '2026-01-01T00:01:00.000Z'],
    ['*/5 * * * *', '2026-01-01T00:05:00Z', '2026-01-01T00:10:00.000Z'],
    ['30 2 * * *', '2026-01-01T02:29:59Z', '2026-01-01T02:30:00.000Z'],
    ['30 2 * * *', '2026-01-01T02:30:00Z', '2026-01-02T02:30:00.000Z'],
    ['0 3 * * 1', '2026-01-01T00:00:00Z', '2026-01-05T03:00:00.000Z'],
    ['0 3 * * sun', '2026-01-01T00:00:00Z', '2026-01-04T03:00:00.000Z'],
    ['0 3 * * 7', '2026-01-01T00:00:00Z', '2026-01-04T03:00:00.000Z'],
    ['0 3 * * mon-fri', '2026-01-02T03:00:00Z', '2026-01-05T03:00:00.000Z'],
    ['0 0 1 jan,jul *', '2026-01-01T00:00:00Z', '2026-07-01T00:00:00.000Z'],
    ['0 0 31 * *', '2026-02-01T00:00:00Z', '2026-03-31T00:00:00.000Z'],
    ['0 0 29 2 *', '2026-01-01T00:00:00Z', '2028-02-29T00:00:00.000Z'],
    ['0 0 13 * 5', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00.000Z'],
    ['0 0 13 * 5', '2026-01-10T00:00:00Z', '2026-01-13T00:00:00.000Z'],
    ['10/20 8-9 * * *', '2026-01-01T08:31:00Z', '2026-01-01T08:50:00.000Z'],
    ['59 23 31 12 *', '2026-12-31T23:59:00Z', '2027-12-31T23:59:00.000Z'],
  ])('%s after %s comes at %s', (schedule, after, expected) => {
    expect(next(schedule, after)).toBe(expected);
  });

  it('may name a day that there is never', () => {
    expect(next('0 0 30 2 *', '2026-01-01T00:00:00Z')).toBeNull();
  });

  it.each([
    ['', /five fields/],
    ['0 3 * *', /five fields.*not 4/],
    ['60 3 * * *', /"60" is no minute: it must be from 0 to 59/],
    ['0 24 * * *', /"24" is no hour/],
    ['0 0 0 * *', /"0" is no day of month/],
    ['0 0 * 13 *', /"13" is no month/],
    ['0 0 * * 8', /"8" is no day of week/],
    ['0 0 * * funday', /"funday" is no day of week/],
    ['9-5 * * * *', /"9-5" in the field minute ends before it begins/],
    ['*/0 * * * *', /the step of "\*\/0" in the field minute must be at least 1/],
    ['1,,2 * * * *', /"" is no minute/],
    ['@daily', /five fields/],
  ])('%j is refused', (schedule, fault) => {
    expect(() => parseCron(schedule)).toThrow(fault);
  });
});
