/**
 * Cron expressions of five fields (minute, hour, day of month, month, day of week) in UTC: `*`, numbers, names of months and
 * days, ranges, lists and steps. As in cron, a day counts if either of its two fields names it, where both are given.
 */

type Cron = {
  minutes: ReadonlySet<number>;
  hours: ReadonlySet<number>;
  days: ReadonlySet<number>;
  months: ReadonlySet<number>;
  weekdays: ReadonlySet<number>;
  isAnyDay: boolean;
  isAnyWeekday: boolean;
};

type FieldKind = { name: string; least: number; most: number; words?: readonly string[] };

const monthWords = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const dayWords = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const kinds: readonly FieldKind[] = [
  { name: 'minute', least: 0, most: 59 },
  { name: 'hour', least: 0, most: 23 },
  { name: 'day of month', least: 1, most: 31 },
  { name: 'month', least: 1, most: 12, words: monthWords },
  // 7 is Sunday, too.
  { name: 'day of week', least: 0, most: 7, words: dayWords },
];
const dayMs = 86_400_000;
// 29 February on a given weekday comes once in 28 years, or 40 across a century that is no leap year.
const longestWaitDays = 41 * 366;

/** @throws Error naming the field and what is wrong with it. */
export function parseCron(text: string): Cron {
  const fields = text.trim().toLowerCase().split(/\s+/);
  if (fields.length !== kinds.length) {
    throw new Error(`a schedule has five fields (minute hour day month weekday), not ${fields.length}`);
  }
  const parsed = kinds.map((kind, index) => parseField(fields[index] ?? '', kind));
  const [minutes, hours, days, months, weekdays] = parsed.map(({ values }) => values);
  if (!minutes || !hours || !days || !months || !weekdays) throw new Error('a field is missing');
  return {
    minutes,
    hours,
    days,
    months,
    weekdays: new Set([...weekdays].map((day) => day % 7)),
    isAnyDay: parsed[2]?.isAny ?? false,
    isAnyWeekday: parsed[4]?.isAny ?? false,
  };
}

/** The first time after `after` that the schedule names; null where there is none, as on 30 February. */
export function nextOccurrence(cron: Cron, after: Date): Date | null {
  const start = new Date(after);
  start.setUTCSeconds(0, 0);
  start.setUTCMinutes(start.getUTCMinutes() + 1);
  const midnight = Math.floor(start.getTime() / dayMs) * dayMs;
  const hours = [...cron.hours].sort((left, right) => left - right);
  const minutes = [...cron.minutes].sort((left, right) => left - right);
  for (let day = 0; day < longestWaitDays; day += 1) {
    const date = new Date(midnight + day * dayMs);
    if (!isDayOf(cron, date)) continue;
    for (const hour of hours) {
      for (const minute of minutes) {
        const time = date.getTime() + (hour * 60 + minute) * 60_000;
        if (time >= start.getTime()) return new Date(time);
      }
    }
  }
  return null;
}

function isDayOf(cron: Cron, date: Date): boolean {
  if (!cron.months.has(date.getUTCMonth() + 1)) return false;
  const isDay = cron.days.has(date.getUTCDate());
  const isWeekday = cron.weekdays.has(date.getUTCDay());
  if (cron.isAnyDay) return isWeekday;
  if (cron.isAnyWeekday) return isDay;
  return isDay || isWeekday;
}

function parseField(text: string, kind: FieldKind): { values: Set<number>; isAny: boolean } {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const match = /^(?:\*|([a-z\d]+)(?:-([a-z\d]+))?)(?:\/(\d+))?$/.exec(part);
    if (!match) throw new Error(`${JSON.stringify(part)} is no ${kind.name} of a schedule`);
    const [, from, to, step] = match;
    const every = step === undefined ? 1 : Number(step);
    if (every < 1)
      throw new Error(`the step of ${JSON.stringify(part)} in the field ${kind.name} must be at least 1`);
    const first = from === undefined ? kind.least : parseValue(from, kind);
    // As in cron, `5/15` goes on to the end of the range, `5` does not.
    const isOpen = from === undefined || (to === undefined && step !== undefined);
    const last = to !== undefined ? parseValue(to, kind) : isOpen ? kind.most : first;
    if (last < first)
      throw new Error(`${JSON.stringify(part)} in the field ${kind.name} ends before it begins`);
    for (let value = first; value <= last; value += every) values.add(value);
  }
  return { values, isAny: text.startsWith('*') };
}

function parseValue(text: string, { name, least, most, words = [] }: FieldKind): number {
  const word = words.indexOf(text);
  const value = word >= 0 ? word + least : Number(text);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new Error(`${JSON.stringify(text)} is no ${name}: it must be from ${least} to ${most}`);
  }
  return value;
}
