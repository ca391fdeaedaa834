import { describe, expect, it } from 'vitest';
import { fromScratchHyperparameters } from '../../../src/layoutlmv2/training/hyperparameters.js';
import {
  drawTrials,
  findRangeFault,
  readChoice,
  type SearchRange,
  withDraw,
} from '../../../src/training/sweeps/search-space.js';

const rate: SearchRange = {
  hyperparameter: 'learningRate',
  distribution: 'LOG_UNIFORM',
  from: 1e-5,
  to: 1e-1,
};
const decay: SearchRange = { hyperparameter: 'weightDecay', distribution: 'UNIFORM', from: 0.2, to: 0.6 };
const tokens: SearchRange = { hyperparameter: 'maxTokens', distribution: 'INTEGER', from: 10, to: 13 };
const freezing: SearchRange = {
  hyperparameter: 'freezing',
  distribution: 'CHOICE',
  choices: ['none', 'backbone'],
};
const ranges = [rate, decay, tokens, freezing];
const many = 4000;

/** The largest difference between how numbers in [0, 1] are spread and how evenly spread ones are (Kolmogorov and Smirnov). */
function unevenness(shares: readonly number[]): number {
  const sorted = [...shares].sort((one, other) => one - other);
  return Math.max(...sorted.map((share, index) => Math.abs(share - (index + 0.5) / sorted.length)));
}
// Of as many evenly drawn numbers, one in a thousand sets is less even than 1.95 / √n (the Kolmogorov distribution).
const mostUneven = 1.95 / Math.sqrt(many);

const numbers = (range: SearchRange, seed = 1) =>
  drawTrials([range], many, seed).map((draw) => Number(draw[range.hyperparameter]));

describe('drawing the trials of a sweep', () => {
  it.each([1, 2, 3, 99, -7])('stays within the ranges, with seed %i', (seed) => {
    for (const draw of drawTrials(ranges, 500, seed)) {
      expect(Object.keys(draw)).toEqual(ranges.map(({ hyperparameter }) => hyperparameter));
      expect(draw.learningRate).toBeGreaterThanOrEqual(1e-5);
      expect(draw.learningRate).toBeLessThanOrEqual(1e-1);
      expect(draw.weightDecay).toBeGreaterThanOrEqual(0.2);
      expect(draw.weightDecay).toBeLessThanOrEqual(0.6);
      expect([10, 11, 12, 13]).toContain(draw.maxTokens);
      expect(['none', 'backbone']).toContain(draw.freezing);
    }
  });

  it('draws the same trials with the same seed, and others with another', () => {
    expect(drawTrials(ranges, 50, 5)).toEqual(drawTrials(ranges, 50, 5));
    expect(drawTrials(ranges, 50, 5)).not.toEqual(drawTrials(ranges, 50, 6));
  });

  it('leaves the trials there are as they are when there are more, or a further range', () => {
    expect(drawTrials(ranges, 50, 5).slice(0, 20)).toEqual(drawTrials(ranges, 20, 5));
    const rates = (drawn: readonly SearchRange[]) =>
      drawTrials(drawn, 20, 5).map((draw) => draw.learningRate);
    expect(rates([decay, rate])).toEqual(rates([rate]));
  });

  it('spreads LOG_UNIFORM evenly over orders of magnitude, and UNIFORM over values', () => {
    expect(unevenness(numbers(rate).map((value) => (Math.log10(value) + 5) / 4))).toBeLessThan(mostUneven);
    // A quarter of them in each factor of ten: of values spread evenly, nine of ten would be in the last.
    expect(numbers(rate).filter((value) => value > 1e-2).length / many).toBeCloseTo(0.25, 1);
    expect(unevenness(numbers(decay).map((value) => (value - 0.2) / 0.4))).toBeLessThan(mostUneven);
  });

  it('draws each whole number and each choice as often as any other', () => {
    for (const value of [10, 11, 12, 13]) {
      expect(numbers(tokens).filter((drawn) => drawn === value).length / many).toBeCloseTo(0.25, 1);
    }
    const chosen = drawTrials([freezing], many, 1).filter((draw) => draw.freezing === 'none');
    expect(chosen.length / many).toBeCloseTo(0.5, 1);
  });

  it('draws hyper-parameters independently of each other', () => {
    const draws = drawTrials(ranges, many, 1);
    const isHigh = draws.map((draw) => [Number(draw.learningRate) > 1e-3, Number(draw.weightDecay) > 0.4]);
    for (const [high, large] of [
      [true, true],
      [true, false],
      [false, true],
      [false, false],
    ]) {
      const share = isHigh.filter(([one, other]) => one === high && other === large).length / many;
      expect(share).toBeCloseTo(0.25, 1);
    }
  });
});

describe('a range', () => {
  it.each([
    [[], /at least one range/],
    [
      [{ ...rate, hyperparameter: 'learnRate' }],
      /no hyper-parameter "learnRate".*there are epochs, batchSize/,
    ],
    [[{ ...rate, hyperparameter: 'toString' }], /no hyper-parameter "toString"/],
    [[{ ...rate, hyperparameter: 'modelSize' }], /no hyper-parameter "modelSize"/],
    [[rate, rate], /learningRate has two ranges/],
    [[{ ...rate, from: 0 }], /must begin above 0/],
    [[{ ...rate, from: 1, to: 0.1 }], /goes from 1 to 0.1, but must go up/],
    [[{ ...decay, to: Number.NaN }], /must go up/],
    [[{ ...tokens, from: 1.5 }], /not both whole numbers/],
    [[{ ...tokens, from: 0, to: 2 ** 40 }], /must have at most 4294967296/],
    [[{ ...decay, hyperparameter: 'batchSize' }], /its values are whole numbers: give INTEGER or CHOICE/],
    [[{ ...decay, hyperparameter: 'freezing' }], /no numbers: give CHOICE/],
    [[{ ...freezing, choices: ['none', 'none'] }], /the choice none twice/],
    [[{ ...freezing, choices: [1] }], /has the choice 1, but must have a name/],
    [[{ ...freezing, hyperparameter: 'dropout' }], /"none", but must have true or false/],
    [[{ ...freezing, hyperparameter: 'batchSize', choices: [4, 4.5] }], /4.5, but must have a whole number/],
  ] as [SearchRange[], RegExp][])('is refused with a reason: %j', (given, reason) => {
    expect(findRangeFault(given)).toMatch(reason);
  });

  it('may be of any kind of hyper-parameter', () => {
    const dropped: SearchRange = {
      hyperparameter: 'dropout',
      distribution: 'CHOICE',
      choices: [true, false],
    };
    const noise: SearchRange = {
      hyperparameter: 'augmentation.wordDropout',
      distribution: 'UNIFORM',
      from: 0,
      to: 0.5,
    };
    expect(findRangeFault([...ranges, dropped, noise])).toBeNull();
  });

  it('reads choices in the type that the hyper-parameter has', () => {
    expect(['true', 'no'].map((text) => readChoice('dropout', text))).toEqual([true, 'no']);
    expect(['8', '1e-3', 'x', ''].map((text) => readChoice('batchSize', text))).toEqual([8, 1e-3, 'x', '']);
    expect(readChoice('freezing', '1')).toBe('1');
  });

  it('gives way to what was drawn, and leaves everything else as it is', () => {
    const base = { ...fromScratchHyperparameters, modelSize: 'tiny' as const };
    const drawn = withDraw(base, { learningRate: 0.5, 'augmentation.boxJitter': 3 });
    expect(drawn).toEqual({
      ...base,
      learningRate: 0.5,
      augmentation: { ...base.augmentation, boxJitter: 3 },
    });
  });
});
