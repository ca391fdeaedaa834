import { describe, expect, it } from 'vitest';
import {
  accuracyOf,
  adaptiveCalibrationErrorOf,
  auroc,
  bootstrapMacroF1,
  calibrationOf,
  classScores,
  confusionMatrix,
  macroF1Of,
  meanCrossEntropy,
  wilsonInterval,
} from '../../src/layoutlmv2/metrics.js';

// Ten units of three classes, counted by hand; a fourth class neither occurs nor is predicted.
const actual = [0, 0, 0, 0, 1, 1, 1, 2, 2, 2];
const predicted = [0, 0, 1, 2, 1, 1, 0, 2, 2, 1];
const matrix = confusionMatrix(actual, predicted, 4);

describe('the confusion matrix', () => {
  it('counts actual classes in rows and predicted ones in columns', () => {
    expect(matrix).toEqual([
      [2, 1, 1, 0],
      [1, 2, 0, 0],
      [0, 1, 2, 0],
      [0, 0, 0, 0],
    ]);
  });

  it('refuses a class it does not know and lists of different length', () => {
    expect(() => confusionMatrix([0], [4], 4)).toThrow(/0 to 3.*unit 0.*4/);
    expect(() => confusionMatrix([-1], [0], 4)).toThrow(/0 to 3/);
    expect(() => confusionMatrix([0, 1], [0], 4)).toThrow(/1 for 2/);
  });
});

describe('accuracy and per-class scores', () => {
  it('agree with the numbers worked out by hand', () => {
    expect(accuracyOf(matrix)).toBeCloseTo(6 / 10, 15);
    const [first, second, third] = classScores(matrix);
    expect(first).toEqual({ precision: 2 / 3, recall: 2 / 4, f1: 4 / 7, support: 4, predicted: 3 });
    expect(second).toEqual({ precision: 2 / 4, recall: 2 / 3, f1: 4 / 7, support: 3, predicted: 4 });
    expect(third).toEqual({ precision: 2 / 3, recall: 2 / 3, f1: 4 / 6, support: 3, predicted: 3 });
  });

  it('leave out of the macro-F1 the class that neither occurs nor is predicted', () => {
    expect(classScores(matrix)[3]).toEqual({
      precision: null,
      recall: null,
      f1: null,
      support: 0,
      predicted: 0,
    });
    expect(macroF1Of(matrix)).toBeCloseTo((4 / 7 + 4 / 7 + 4 / 6) / 3, 15);
  });

  it('count as 0 a class that occurs but is never predicted, whose precision is not scored', () => {
    const missed = confusionMatrix([0, 1], [0, 0], 2);
    expect(classScores(missed)[1]).toEqual({ precision: null, recall: 0, f1: 0, support: 1, predicted: 0 });
    expect(macroF1Of(missed)).toBeCloseTo((2 / 3 + 0) / 2, 15);
  });

  it('count as 0 a class that is predicted but never occurs, whose recall is not scored', () => {
    const invented = confusionMatrix([0, 0], [0, 1], 2);
    expect(classScores(invented)[1]).toEqual({ precision: 0, recall: null, f1: 0, support: 0, predicted: 1 });
  });

  it('are not scored without units', () => {
    const empty = confusionMatrix([], [], 2);
    expect(accuracyOf(empty)).toBeNull();
    expect(macroF1Of(empty)).toBeNull();
  });
});

describe('the mean cross-entropy', () => {
  it('is the mean of −ln of the probability of the true class', () => {
    expect(
      meanCrossEntropy(
        [
          [0.5, 0.5],
          [0.25, 0.75],
        ],
        [0, 0],
      ),
    ).toBeCloseTo((Math.LN2 + 2 * Math.LN2) / 2, 15);
  });

  it('stays finite where the truth had probability 0, keeps a NaN visible, and is null without units', () => {
    expect(meanCrossEntropy([[0, 1]], [0])).toBeCloseTo(126 * Math.LN2, 10);
    expect(meanCrossEntropy([[Number.NaN, 1]], [0])).toBeNaN();
    expect(meanCrossEntropy([], [])).toBeNull();
  });
});

describe('calibration', () => {
  it('weighs each bin’s gap between accuracy and confidence by its units', () => {
    // Two units at 0.9 of which one is right (gap 0.4), two at 0.6 which are both right (gap 0.4).
    const rows = [
      [0.9, 0.1],
      [0.9, 0.1],
      [0.4, 0.6],
      [0.4, 0.6],
    ];
    const { expectedCalibrationError, bins } = calibrationOf(rows, [0, 1, 1, 1], 5);
    expect(expectedCalibrationError).toBeCloseTo(0.4, 12);
    expect(bins).toHaveLength(5);
    expect(bins[4]).toEqual({ from: 0.8, to: 1, count: 2, meanConfidence: 0.9, accuracy: 0.5 });
    expect(bins[0]).toEqual({ from: 0, to: 0.2, count: 0, meanConfidence: null, accuracy: null });
    expect(bins[2]?.count).toBe(2);
  });

  it('puts full certainty in the last bin, and scores nothing without units', () => {
    expect(calibrationOf([[1, 0]], [0]).bins[9]?.count).toBe(1);
    expect(calibrationOf([], []).expectedCalibrationError).toBeNull();
  });
});

describe('confidence intervals', () => {
  it('of a share are Wilson’s', () => {
    // Known values for 8 of 10 (statsmodels, proportion_confint(8, 10, method='wilson')).
    const interval = wilsonInterval(8, 10);
    expect(interval?.low).toBeCloseTo(0.49016, 5);
    expect(interval?.high).toBeCloseTo(0.94332, 5);
  });

  it('of a share stay within 0 and 1 and are null without trials', () => {
    expect(wilsonInterval(0, 10)?.low).toBe(0);
    expect(wilsonInterval(0, 10)?.high).toBeCloseTo(0.27753, 5);
    expect(wilsonInterval(10, 10)?.high).toBe(1);
    expect(wilsonInterval(0, 0)).toBeNull();
  });

  it('of the macro-F1 hold it, are repeatable, and narrow with more units', () => {
    const repeat = (values: number[], times: number) => Array.from({ length: times }, () => values).flat();
    const options = { actual, predicted, classCount: 4, seed: 11 };
    const narrow = bootstrapMacroF1(options);
    expect(bootstrapMacroF1(options)).toEqual(narrow);
    const many = bootstrapMacroF1({
      ...options,
      actual: repeat(actual, 20),
      predicted: repeat(predicted, 20),
    });
    const width = (interval: typeof many) => (interval?.high ?? Number.NaN) - (interval?.low ?? Number.NaN);
    expect(many?.low).toBeLessThan(macroF1Of(matrix) ?? 0);
    expect(many?.high).toBeGreaterThan(macroF1Of(matrix) ?? 1);
    expect(width(many)).toBeLessThan(width(narrow) / 2);
    expect(bootstrapMacroF1({ ...options, actual: [], predicted: [] })).toBeNull();
  });
});

describe('the adaptive calibration error', () => {
  it('agrees with bins of as many units counted by hand', () => {
    // Sorted by confidence: 0.6 wrong, 0.7 right | 0.8 right, 0.9 right.
    const probabilities = [
      [0.9, 0.1],
      [0.6, 0.4],
      [0.8, 0.2],
      [0.3, 0.7],
    ];
    const error = adaptiveCalibrationErrorOf(probabilities, [0, 1, 0, 1], 2);
    expect(error).toBeCloseTo((Math.abs(1 - 1.3) + Math.abs(2 - 1.7)) / 4, 12);
    expect(adaptiveCalibrationErrorOf([], [], 10)).toBeNull();
    // Three of four equally sure units are right, in whatever order they come.
    const same = probabilities.map(() => [0.75, 0.25]);
    expect(adaptiveCalibrationErrorOf(same, [0, 0, 0, 1], 2)).toBeCloseTo(0, 12);
    expect(adaptiveCalibrationErrorOf(same, [1, 0, 0, 0], 4)).toBeCloseTo(0, 12);
    expect(adaptiveCalibrationErrorOf([[1, 0]], [0], 10)).toBe(0);
  });
});

describe('the area under the receiver operating characteristic', () => {
  it('counts the pairs in the right order, ties half, as worked out by hand', () => {
    // Of 3 · 2 pairs: 3 above all others; 2 above 1, equal to 2, below 4.
    expect(auroc([1, 2, 4], [3, 2])).toBeCloseTo((2 + 1.5) / 6, 12);
    expect(auroc([1, 2], [3, 4])).toBe(1);
    expect(auroc([3, 4], [1, 2])).toBe(0);
    expect(auroc([1, 1, 1], [1, 1])).toBe(0.5);
  });

  it('is not scored where one side is empty, and refuses what is no number', () => {
    expect(auroc([], [1])).toBeNull();
    expect(auroc([1], [])).toBeNull();
    expect(() => auroc([Number.NaN], [1])).toThrow(/no number/);
  });
});
