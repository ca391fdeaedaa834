import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { axisOfRange, describeValue, linearAxis } from '../../../src/training/sweeps/chart-axis.js';
import { influenceOf, mostInfluential } from '../../../src/training/sweeps/influence.js';
import { drawTrials, type SearchRange } from '../../../src/training/sweeps/search-space.js';
import type { SweepTrial } from '../../../src/training/sweeps/sweep.js';
import { drawSweep } from '../../../src/training/sweeps/sweep-plot.js';

const rate: SearchRange = {
  hyperparameter: 'learningRate',
  distribution: 'LOG_UNIFORM',
  from: 1e-5,
  to: 1e-1,
};
const decay: SearchRange = { hyperparameter: 'weightDecay', distribution: 'UNIFORM', from: 0, to: 1 };
const freezing: SearchRange = {
  hyperparameter: 'freezing',
  distribution: 'CHOICE',
  choices: ['none', '<script>alert("&")</script>'],
};
const ranges = [decay, freezing, rate];
const draws = drawTrials(ranges, 40, 2);
/** Best at a rate of 0.001, in the middle of the range. */
const scores = draws.map((draw) => 0.9 - 0.1 * (Math.log10(Number(draw.learningRate)) + 3) ** 2);
const scored = draws.map((values, index) => ({ values, macroF1: scores[index] ?? 0 }));

describe('the influence of a hyper-parameter', () => {
  it('is that of the one which the scores follow, also where the best value lies in the middle', () => {
    // Thirds of a parabola with its top in the middle tell 0.49 of its variance (40/81, by integration).
    expect(influenceOf(rate, scored)).toBeCloseTo(0.49, 1);
    expect(influenceOf(decay, scored)).toBeLessThan(0.2);
    expect(influenceOf(freezing, scored)).toBeLessThan(0.2);
    expect(mostInfluential(ranges, scored)).toBe(rate);
  });

  it('is all for a choice that decides everything, and nothing where chance alone is at work', () => {
    const decided = draws.map((values) => ({ values, macroF1: values.freezing === 'none' ? 1 : 0 }));
    expect(influenceOf(freezing, decided)).toBeCloseTo(1, 10);
    const chances = Array.from({ length: 20 }, (_, seed) => {
      const noise = drawTrials([decay], 40, 100 + seed);
      return influenceOf(
        rate,
        draws.map((values, index) => ({ values, macroF1: Number(noise[index]?.weightDecay) })),
      );
    });
    const mean = chances.reduce<number>((sum, share) => sum + (share ?? 0), 0) / chances.length;
    // Never below 0, so a little above it on average.
    expect(mean).toBeLessThan(0.05);
  });

  it('is not known of too few trials, of equal scores and of one value', () => {
    expect(influenceOf(rate, scored.slice(0, 3))).toBeNull();
    expect(
      influenceOf(
        rate,
        scored.map((each) => ({ ...each, macroF1: 1 })),
      ),
    ).toBeNull();
    const same = scored.map((each) => ({ ...each, values: { weightDecay: 0.5 } }));
    expect(influenceOf(decay, same)).toBeNull();
    expect(mostInfluential(ranges, [])).toBe(decay);
  });
});

describe('an axis', () => {
  const ends = { start: 0, end: 400 };

  it('has each factor of ten as wide as any other where values are drawn so', () => {
    const axis = axisOfRange(rate, ends);
    expect([1e-5, 1e-4, 1e-3, 1e-2, 1e-1].map((value) => Math.round(axis.place(value)))).toEqual([
      0, 100, 200, 300, 400,
    ]);
    expect(axis.ticks.map(({ text }) => text)).toEqual(['0.00001', '0.0001', '0.001', '0.01', '0.1']);
  });

  it('has round numbers, whole ones where values are whole, and its ends where it is short', () => {
    expect(linearAxis(0, 1, ends).ticks.map(({ text }) => text)).toEqual([
      '0',
      '0.2',
      '0.4',
      '0.6',
      '0.8',
      '1',
    ]);
    const tokens: SearchRange = { hyperparameter: 'maxTokens', distribution: 'INTEGER', from: 2, to: 4 };
    expect(axisOfRange(tokens, ends).ticks.map(({ text }) => text)).toEqual(['2', '3', '4']);
    expect(axisOfRange({ ...rate, from: 2e-3, to: 5e-3 }, ends).ticks.map(({ text }) => text)).toEqual([
      '0.002',
      '0.005',
    ]);
    expect(linearAxis(3, 3, ends)).toMatchObject({ ticks: [{ at: 200, text: '3' }] });
  });

  it('has a place for each choice', () => {
    expect(axisOfRange(freezing, ends).ticks.map(({ at }) => at)).toEqual([100, 300]);
    expect([0.0012345, 512, true, 'none'].map(describeValue)).toEqual(['0.00123', '512', 'true', 'none']);
  });
});

describe('the picture of a sweep', () => {
  const epoch = { trainLoss: 1, validationLoss: 1, validationAccuracy: 1, learningRate: 1, durationMs: 1 };
  const trials = draws.map((values, index) => ({
    ...{ values, trial: index + 1, rung: index % 2, isOver: true, rank: index + 1 },
    score: index === 39 ? null : { macroF1: scores[index] ?? 0, loss: 1 },
    epochs: [1, 2].map((number) => ({
      ...{ ...epoch, epoch: number, isBest: true },
      validationMacroF1: ((scores[index] ?? 0) * number) / 2,
    })),
  })) as unknown as SweepTrial[];
  const sweep = { number: 7, kind: 'SUCCESSIVE_HALVING' as const, ranges };
  const marksOf = (svg: string) => (svg.match(/<path [^>]*><title>/g) ?? []).length;

  it('shows each result once, and says in words what it shows', () => {
    const svg = drawSweep(sweep, trials);
    expect(marksOf(svg)).toBe(39);
    expect((svg.match(/<polyline /g) ?? []).length).toBe(40);
    expect(svg).toContain('role="img" aria-labelledby="sweep-title sweep-description"');
    expect(svg).toContain('<title id="sweep-title">Sweep 7: validation macro-F1 of its trials</title>');
    expect(svg).toMatch(
      /<desc id="sweep-description">39 results\. The best is trial 1: macro-F1 0\.\d{3} with weight/,
    );
    expect(svg).toContain('rung 2');
    // The axis of what the scores follow, without being told.
    expect(svg).toContain('>learningRate</text>');
    expect(drawSweep(sweep, trials, 'weightDecay')).toContain('>weightDecay</text>');
  });

  it('can be drawn, and nothing that people wrote is taken for markup', async () => {
    const svg = drawSweep({ ...sweep, kind: 'RANDOM' }, trials, 'freezing');
    expect(svg).not.toContain('<script>');
    expect(svg).toContain('&lt;script&gt;alert(&quot;&amp;&quot;)&lt;/script&gt;');
    expect(svg).not.toContain('rung 2</text>');
    const { width, height } = await sharp(Buffer.from(svg)).metadata();
    expect(width / height).toBeCloseTo(960 / 440, 2);
    const { channels } = await sharp(Buffer.from(svg)).stats();
    // Something dark stands on the white.
    expect(channels[0]?.min).toBeLessThan(50);
    expect(channels[0]?.max).toBe(255);
  });

  it('is there before any trial has a result', async () => {
    const svg = drawSweep(sweep, []);
    expect(svg).toContain('No trial has a result yet.');
    expect(marksOf(svg)).toBe(0);
    expect((await sharp(Buffer.from(svg)).metadata()).format).toBe('svg');
  });
});
