/** An axis of a chart: where a value stands between two ends of the picture, and which values are written there. Pure. */
import type { SearchRange, Value } from './search-space.js';

export type Axis = {
  /** Where a value stands, in pixels. */
  place: (value: Value) => number;
  ticks: { at: number; text: string }[];
};

type Ends = { start: number; end: number };

// Closer than this, numbers of 11 pixels beside each other run together; above each other they may stand closer.
const pixelsPerTick = 70;
const pixelsPerTickUpward = 40;
/** Of the room between two choices, what stays free at each end. */
const choiceMargin = 0.5;

/** The axis of a hyper-parameter, as its values were drawn: by order of magnitude, evenly, or a place for each choice. */
export function axisOfRange(range: SearchRange, ends: Ends): Axis {
  if (range.distribution === 'CHOICE') return choiceAxis(range.choices, ends);
  const { from, to, distribution } = range;
  return distribution === 'LOG_UNIFORM'
    ? logAxis(from, to, ends)
    : linearAxis(from, to, ends, { whole: distribution === 'INTEGER' });
}

/** From `from` to `to` in equal steps; ticks at 1, 2 or 5 times a power of ten. */
export function linearAxis(
  from: number,
  to: number,
  ends: Ends,
  { whole = false, isUpward = false } = {},
): Axis {
  const place = placeBetween(from, to, ends, (value) => value);
  if (from === to) return { place, ticks: [{ at: place(from), text: describeNumber(from) }] };
  const pixels = isUpward ? pixelsPerTickUpward : pixelsPerTick;
  const wanted = (to - from) / Math.max(1, Math.abs(ends.end - ends.start) / pixels);
  const power = 10 ** Math.floor(Math.log10(wanted));
  const rough = [1, 2, 5].map((factor) => factor * power).find((step) => step >= wanted) ?? 10 * power;
  const step = whole ? Math.max(1, rough) : rough;
  // A step is counted by whole numbers, so that rounding does not add up.
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  const ticks = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => (first + index) * step);
  return { place, ticks: ticks.map((value) => ({ at: place(value), text: describeNumber(value) })) };
}

/** Each factor of ten is as wide as any other; ticks at the powers of ten, or the two ends where fewer than two are inside. */
function logAxis(from: number, to: number, ends: Ends): Axis {
  const place = placeBetween(from, to, ends, Math.log10);
  const first = Math.ceil(Math.log10(from) - 1e-9);
  const last = Math.floor(Math.log10(to) + 1e-9);
  const every = Math.max(
    1,
    Math.ceil((last - first + 1) / (Math.abs(ends.end - ends.start) / pixelsPerTick)),
  );
  const powers = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
  const inside = powers.filter((_, index) => index % every === 0).map((power) => 10 ** power);
  const values = inside.length >= 2 ? inside : [...new Set([from, to])];
  return { place, ticks: values.map((value) => ({ at: place(value), text: describeNumber(value) })) };
}

function choiceAxis(choices: readonly Value[], { start, end }: Ends): Axis {
  const place = (value: Value) =>
    start + ((choices.indexOf(value) + choiceMargin) / choices.length) * (end - start);
  return { place, ticks: choices.map((choice) => ({ at: place(choice), text: describeValue(choice) })) };
}

function placeBetween(from: number, to: number, { start, end }: Ends, scale: (value: number) => number) {
  const [low, high] = [scale(from), scale(to)];
  // A range of one value stands in the middle.
  return (value: Value) =>
    low === high ? (start + end) / 2 : start + ((scale(Number(value)) - low) / (high - low)) * (end - start);
}

/** A value as people read it: numbers with three digits. */
export function describeValue(value: Value): string {
  return typeof value === 'number' ? describeNumber(value) : String(value);
}

function describeNumber(value: number): string {
  // Whole numbers, such as tokens, are never shortened.
  return Number.isInteger(value) && Math.abs(value) < 1e6
    ? String(value)
    : String(Number(value.toPrecision(3)));
}
