/**
 * The picture of a sweep, as SVG: how validation macro-F1 grew epoch by epoch in each trial, and what it came to against one
 * hyper-parameter. It is readable without colours (each rung has its own mark) and by a screen reader (title, description, and a
 * title on each mark), needs no font or style of its own, and no text in it is taken for markup.
 */
import { type Axis, axisOfRange, describeValue, linearAxis } from './chart-axis.js';
import { mostInfluential, type Scored } from './influence.js';
import type { SearchRange } from './search-space.js';
import type { Sweep, SweepTrial } from './sweep.js';

// The palette of Okabe and Ito, which people who confuse red and green tell apart; yellow, too pale on white, left out.
const colours = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#56B4E9', '#E69F00', '#000000'] as const;
const [width, height] = [960, 440];
const top = 70;
const bottom = 370;
const epochPanel = { left: 60, right: 450 };
const valuePanel = { left: 530, right: 930 };

/**
 * @param trials from {@link rankTrials}: the best first.
 * @param hyperparameter the one to plot against; without it, that which most goes with the scores of the first rung.
 */
export function drawSweep(
  sweep: Pick<Sweep, 'number' | 'kind' | 'ranges'>,
  trials: readonly SweepTrial[],
  hyperparameter?: string,
): string {
  const scored = trials.flatMap((trial) => (trial.score === null ? [] : [{ ...trial, score: trial.score }]));
  const range =
    sweep.ranges.find((each) => each.hyperparameter === hyperparameter) ??
    mostInfluential(sweep.ranges, scoredOnFirstRung(trials));
  const [best] = scored;
  const title = `Sweep ${sweep.number}: validation macro-F1 of its trials`;
  const summary =
    best === undefined
      ? 'No trial has a result yet.'
      : `${scored.length} results. The best is ${describeResult(best)}`;
  const description = best === undefined ? summary : `${summary} with ${describeValues(best)}.`;
  const seen = trials.flatMap(({ epochs }) =>
    epochs.flatMap(({ validationMacroF1: macroF1 }) => macroF1 ?? []),
  );
  // The upper part is where trials differ; but not so much of it that a hundredth looks like a world.
  const lowest = Math.max(0, Math.min(0.8, Math.floor(Math.min(1, ...seen) * 10) / 10));
  const upward = linearAxis(lowest, 1, { start: bottom, end: top }, { isUpward: true });
  const rungs = [...new Set(trials.map(({ rung }) => rung))].sort((one, other) => one - other);
  const body = [
    element('title', { id: 'sweep-title' }, escapeText(title)),
    element('desc', { id: 'sweep-description' }, escapeText(description)),
    element('rect', { width, height, fill: '#fff' }),
    text(title, { x: epochPanel.left, y: 26, 'font-size': 16, 'font-weight': 'bold' }),
    text(summary, { x: epochPanel.left, y: 46 }),
    drawEpochs(trials, upward),
    ...(range === undefined ? [] : [drawValues(range, scored, upward)]),
    drawLegend(rungs, sweep.kind === 'SUCCESSIVE_HALVING'),
  ];
  const frame = {
    xmlns: 'http://www.w3.org/2000/svg',
    viewBox: `0 0 ${width} ${height}`,
    role: 'img',
    'aria-labelledby': 'sweep-title sweep-description',
    'font-family': 'sans-serif',
    'font-size': 11,
  };
  return element('svg', frame, body.join('\n'));
}

/** What hyper-parameters are told apart by: trials of the same epochs. */
export function scoredOnFirstRung(trials: readonly SweepTrial[]): Scored[] {
  return trials.flatMap(({ rung, score, values }) =>
    rung === 0 && score !== null ? [{ values, macroF1: score.macroF1 }] : [],
  );
}

type ScoredTrial = SweepTrial & { score: NonNullable<SweepTrial['score']> };

function drawEpochs(trials: readonly SweepTrial[], upward: Axis): string {
  const mostEpochs = Math.max(2, ...trials.flatMap(({ epochs }) => epochs.map(({ epoch }) => epoch)));
  const across = linearAxis(
    1,
    mostEpochs,
    { start: epochPanel.left, end: epochPanel.right },
    { whole: true },
  );
  const lines = [...trials].reverse().map((trial) => {
    const points = trial.epochs.flatMap(({ epoch, validationMacroF1 }) =>
      validationMacroF1 === null
        ? []
        : [`${round(across.place(epoch))},${round(upward.place(validationMacroF1))}`],
    );
    const isBest = trial.rank === 1;
    return element(
      'polyline',
      {
        points: points.join(' '),
        fill: 'none',
        stroke: colourOf(trial.rung),
        'stroke-width': isBest ? 3 : 1.2,
        'stroke-opacity': isBest ? 1 : 0.6,
      },
      element('title', {}, escapeText(describeTrial(trial))),
    );
  });
  return element('g', {}, [drawFrame(epochPanel, across, upward, 'epoch'), ...lines].join('\n'));
}

function drawValues(range: SearchRange, scored: readonly ScoredTrial[], upward: Axis): string {
  const across = axisOfRange(range, { start: valuePanel.left, end: valuePanel.right });
  // The best last, so that no other hides it.
  const marks = [...scored].reverse().flatMap((trial) => {
    const value = trial.values[range.hyperparameter];
    if (value === undefined) return [];
    const [x, y] = [round(across.place(value)), round(upward.place(trial.score.macroF1))];
    const ring =
      trial.rank === 1 ? [element('circle', { cx: x, cy: y, r: 9, fill: 'none', stroke: '#000' })] : [];
    return [
      ...ring,
      element(
        'path',
        { d: markAt(x, y, trial.rung), fill: colourOf(trial.rung), stroke: '#fff', 'stroke-width': 0.5 },
        element('title', {}, escapeText(describeTrial(trial))),
      ),
    ];
  });
  return element('g', {}, [drawFrame(valuePanel, across, upward, range.hyperparameter), ...marks].join('\n'));
}

function drawFrame(
  { left, right }: { left: number; right: number },
  across: Axis,
  upward: Axis,
  name: string,
) {
  const grey = { stroke: '#ddd' };
  return [
    ...upward.ticks.flatMap(({ at, text: written }) => [
      element('line', { x1: left, x2: right, y1: round(at), y2: round(at), ...grey }),
      text(written, { x: left - 6, y: round(at + 4), 'text-anchor': 'end' }),
    ]),
    ...across.ticks.flatMap(({ at, text: written }) => [
      element('line', { x1: round(at), x2: round(at), y1: bottom, y2: bottom + 5, stroke: '#000' }),
      text(written, { x: round(at), y: bottom + 18, 'text-anchor': 'middle' }),
    ]),
    element('line', { x1: left, x2: right, y1: bottom, y2: bottom, stroke: '#000' }),
    text(name, { x: (left + right) / 2, y: bottom + 38, 'text-anchor': 'middle', 'font-size': 13 }),
  ].join('\n');
}

function drawLegend(rungs: readonly number[], hasRungs: boolean): string {
  const y = height - 12;
  const rungEntries = hasRungs ? rungs : [];
  const entries = rungEntries.map((rung, index) => {
    const x = epochPanel.left + 80 * index;
    return (
      element('path', { d: markAt(x, y - 4, rung), fill: colourOf(rung) }) +
      text(`rung ${rung + 1}`, { x: x + 10, y })
    );
  });
  const x = valuePanel.left;
  const ring = element('circle', { cx: x, cy: y - 4, r: 8, fill: 'none', stroke: '#000' });
  return [...entries, ring, text('the best', { x: x + 14, y })].join('\n');
}

/** A mark of about ten pixels: a circle, a square, a triangle or a diamond. */
function markAt(x: number, y: number, rung: number): string {
  const shapes = [
    `M${x - 5} ${y}a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z`,
    `M${x - 4.5} ${y - 4.5}h9v9h-9z`,
    `M${x} ${y - 6}l6 10.5h-12z`,
    `M${x} ${y - 6.5}l6.5 6.5l-6.5 6.5l-6.5 -6.5z`,
  ];
  return shapes[rung % shapes.length] ?? '';
}

function describeTrial(trial: SweepTrial): string {
  return `${describeResult(trial)} with ${describeValues(trial)}`;
}

function describeResult({ trial, rung, score }: SweepTrial): string {
  const reached = score === null ? 'no result' : `macro-F1 ${score.macroF1.toFixed(3)}`;
  return `trial ${trial}${rung > 0 ? ` on rung ${rung + 1}` : ''}: ${reached}`;
}

function describeValues({ values }: SweepTrial): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${describeValue(value)}`)
    .join(', ');
}

function colourOf(rung: number): string {
  return colours[rung % colours.length] ?? '#000';
}

type Attributes = Readonly<Record<string, string | number>>;

/** @param content markup: texts in it have been escaped. */
function element(name: string, attributes: Attributes, content = ''): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeText(String(value))}"`);
  return `<${name}${written.join('')}>${content}</${name}>`;
}

function text(content: string, attributes: Attributes): string {
  return element('text', attributes, escapeText(content));
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A text as XML holds it: without the control characters that it cannot hold at all. */
function escapeText(content: string): string {
  return Array.from(content)
    .filter((character) => character >= ' ' || character === '\n' || character === '\t')
    .join('')
    .replace(/[&<>"']/g, (character) => entities[character] ?? '');
}

/** To a tenth of a pixel: finer is not seen. */
function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}
