import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/layoutlmv2/random.js';
import { averageLogarithms, averageProbabilities } from '../../src/linear-classifiers/average/averaging.js';
import {
  alone,
  chooseClassifier,
  leastRowsToChoose,
} from '../../src/linear-classifiers/average/choose-classifier.js';
import { fitWeights } from '../../src/linear-classifiers/average/fit-averaging.js';

const voices = (weights: readonly number[], ...rows: (readonly number[])[]) =>
  rows.map((probabilities, index) => ({ probabilities, weight: weights[index] ?? 0 }));
const closeTo = (row: ArrayLike<number>, wanted: readonly number[]) => {
  expect(row).toHaveLength(wanted.length);
  for (const [index, value] of wanted.entries()) expect(row[index]).toBeCloseTo(value, 6);
};

describe('an average', () => {
  it('of probabilities is their mean by weight', () => {
    closeTo(averageProbabilities(voices([3, 1], [0.9, 0.1], [0.1, 0.9])), [0.7, 0.3]);
  });

  it('of logarithms is the product of powers', () => {
    // 0.9 · 0.4 against 0.1 · 0.6.
    closeTo(averageLogarithms(voices([1, 1], [0.9, 0.1], [0.4, 0.6])), [6 / 7, 1 / 7]);
    closeTo(averageLogarithms(voices([2, 0], [0.75, 0.25], [0.1, 0.9])), [0.9, 0.1]);
  });

  it('lets a member rule a class out only by logarithms', () => {
    const rows = voices([0.5, 0.5], [0, 1], [1, 0]);
    closeTo(averageProbabilities(rows), [0.5, 0.5]);
    closeTo(averageLogarithms(rows), [0.5, 0.5]);
    expect(averageLogarithms(voices([1, 1], [0, 0.5, 0.5], [0.98, 0.01, 0.01]))[0]).toBeLessThan(1e-6);
  });

  it('refuses members of other classes, and none', () => {
    expect(() => averageLogarithms(voices([1, 1], [1], [0.5, 0.5]))).toThrow('found 1 and 2');
    expect(() => averageProbabilities([])).toThrow('at least one member');
  });
});

/** Members that are right with these chances and claim to be with these confidences, of three classes; what one sees the other does not. */
function makeRows(count: number, rights: readonly [number, number], confidences: readonly [number, number]) {
  const random = createRandom(1);
  const labels = Array.from({ length: count }, (_, index) => index % 3);
  const say = (member: 0 | 1) =>
    labels.map((label) => {
      const said = random.uniform() < rights[member] ? label : (label + 1 + random.integer(2)) % 3;
      const confidence = confidences[member];
      return Float32Array.from([0, 1, 2], (index) => (index === said ? confidence : (1 - confidence) / 2));
    });
  // Says nothing of any row.
  const look = labels.map(() => Float32Array.from([1 / 3, 1 / 3, 1 / 3]));
  return {
    network: say(0),
    text: say(1),
    look,
    labels,
    classCount: 3,
    prior: { network: 0.5, text: 0.5, look: 0 },
  };
}

describe('the weights of an average', () => {
  it('take the sureness of a member back to how often it is right', () => {
    const { network, text, labels } = makeRows(3000, [0.8, 0.8], [0.99, 0.8]);
    const [ofNetwork = Number.NaN, ofText = Number.NaN] = fitWeights([network, text], labels, [0.5, 0.5]);
    // Of independent members the true weights are: what is right of the odds, over what is claimed of them.
    const oddsOf = (share: number) => Math.log(share / ((1 - share) / 2));
    expect(ofNetwork).toBeCloseTo(oddsOf(0.8) / oddsOf(0.99), 1);
    expect(ofText).toBeCloseTo(1, 1);
  });

  it('are the minimum: no step to any side lowers the loss', () => {
    const { network, text, labels } = makeRows(300, [0.7, 0.85], [0.9, 0.7]);
    const [one = Number.NaN, other = Number.NaN] = fitWeights([network, text], labels, [0.5, 0.5]);
    // Of what is minimised, with the prior of a half and deviation a fifth.
    const cost = (pair: readonly [number, number]) =>
      labels.reduce((sum, label, row) => {
        const [a = [], b = []] = [network[row], text[row]];
        return sum - Math.log(averageLogarithms(voices(pair, [...a], [...b]))[label] ?? 0);
      }, 0) + pair.reduce((sum, weight) => sum + 12.5 * (weight - 0.5) ** 2, 0);
    for (const [x, y] of [
      [0.02, 0],
      [-0.02, 0],
      [0, 0.02],
      [0, -0.02],
    ] as const)
      expect(cost([one + x, other + y])).toBeGreaterThan(cost([one, other]));
  });

  it('are never below zero: who is worse than chance is not heard', () => {
    const { network, text, labels } = makeRows(600, [0.9, 0.1], [0.9, 0.6]);
    const [ofNetwork = Number.NaN, ofText = Number.NaN] = fitWeights([network, text], labels, [0.5, 0.5]);
    expect(ofText).toBe(0);
    expect(ofNetwork).toBeCloseTo(1, 0);
    expect(fitWeights([text, network], labels, [0.5, 0.5])[0]).toBe(0);
  });

  it('stay near those that they begin with where there is hardly a row, also when all are right', () => {
    const { network, text, labels } = makeRows(3, [1, 1], [0.99, 0.99]);
    for (const weight of fitWeights([network, text], labels, [0.5, 0.5])) {
      expect(weight).toBeGreaterThan(0.4);
      expect(weight).toBeLessThan(1);
    }
  });

  it('are the same minimum for three members, of which one may know nothing or less', () => {
    const random = createRandom(2);
    const { network, text, labels } = makeRows(600, [0.75, 0.8], [0.8, 0.8]);
    const say = (right: number) =>
      labels.map((label) => {
        const said = random.uniform() < right ? label : (label + 1) % 3;
        return Float32Array.from([0, 1, 2], (index) => (index === said ? 0.8 : 0.1));
      });
    const members = [network, text, say(0.85)];
    const prior = [0.3, 0.7, 0.2];
    const weights = fitWeights(members, labels, prior);
    const cost = (at: readonly number[]) =>
      labels.reduce(
        (sum, label, row) =>
          sum -
          Math.log(
            averageLogarithms(voices(at, ...members.map((said) => [...(said[row] ?? [])])))[label] ?? 0,
          ),
        0,
      ) + at.reduce((sum, weight, index) => sum + 12.5 * (weight - (prior[index] ?? 0)) ** 2, 0);
    for (const member of members.keys())
      for (const step of [0.02, -0.02])
        expect(cost(weights.map((weight, index) => weight + (index === member ? step : 0)))).toBeGreaterThan(
          cost(weights),
        );
    const [, , ofLiar] = fitWeights([network, text, say(0.05)], labels, prior);
    expect(ofLiar).toBe(0);
  });

  it('refuse rows that do not go together', () => {
    expect(() => fitWeights([[[1]], []], [0], [0.5, 0.5])).toThrow('1 and 0 for 1');
    expect(() => fitWeights([[[1]], [[1]]], [1], [0.5, 0.5])).toThrow('Row 0 has the label 1');
  });
});

describe('the choice of what serves', () => {
  it('falls on the average where the two are right about different rows', () => {
    const choice = chooseClassifier(makeRows(300, [0.8, 0.75], [0.9, 0.7]));
    expect(choice).toMatchObject({ chosen: 'average', rows: 300 });
    expect(choice.weights.network).toBeGreaterThan(0);
    expect(choice.weights.text).toBeGreaterThan(0);
    expect(choice.figures?.average.loss).toBeLessThan(choice.figures?.network.loss ?? 0);
  });

  it('falls on the average too where it is right of a row or two fewer: that is chance, its lower loss is not', () => {
    const random = createRandom(4);
    const labels = Array.from({ length: 300 }, (_, index) => index % 3);
    const say = (label: number, right: number, confidence: number) => {
      const said = random.uniform() < right ? label : (label + 1 + random.integer(2)) % 3;
      return Float32Array.from([0, 1, 2], (index) => (index === said ? confidence : (1 - confidence) / 2));
    };
    const text = labels.map((label) => say(label, 0.85, 0.85));
    // It knows of some rows that it is sure of them.
    const network = labels.map((label) =>
      random.uniform() < 0.3 ? say(label, 0.9, 0.9) : say(label, 0.5, 0.5),
    );
    const { chosen, figures } = chooseClassifier({
      ...{ network, text, look: text, labels, classCount: 3 },
      prior: { network: 0.5, text: 0.5, look: 0 },
    });
    expect(figures?.average.macroF1).toBeLessThan(figures?.text.macroF1 ?? 0);
    expect(chosen).toBe('average');
  });

  it('never falls on what is clearly less often right, however low its loss', () => {
    const random = createRandom(1);
    const labels = Array.from({ length: 300 }, (_, index) => index % 3);
    const row = (said: number, confidence: number) =>
      Float32Array.from([0, 1, 2], (index) => (index === said ? confidence : (1 - confidence) / 2));
    const other = (label: number) => (label + 1 + random.integer(2)) % 3;
    // The network is hardly sure of what it has right and quite sure of what it has wrong.
    const network = labels.map((label) =>
      random.uniform() < 0.8 ? row(label, 0.35) : row(other(label), 0.95),
    );
    const text = labels.map((label) => row(random.uniform() < 0.6 ? label : other(label), 0.6));
    const { chosen, figures } = chooseClassifier({
      ...{ network, text, look: text, labels, classCount: 3 },
      prior: { network: 0.5, text: 0.5, look: 0 },
    });
    expect(figures?.text.loss).toBeLessThan(figures?.network.loss ?? 0);
    expect(chosen).toBe('network');
  });

  it('lets a classifier of looks join where it is right about other rows again, and only there', () => {
    const rows = makeRows(300, [0.75, 0.8], [0.8, 0.8]);
    const random = createRandom(3);
    const look = rows.labels.map((label) => {
      const said = random.uniform() < 0.75 ? label : (label + 1 + random.integer(2)) % 3;
      return Float32Array.from([0, 1, 2], (index) => (index === said ? 0.8 : 0.1));
    });
    const { chosen, weights, figures } = chooseClassifier({ ...rows, look });
    expect(chosen).toBe('average');
    expect(weights.look).toBeGreaterThan(0.1);
    expect(figures?.look.macroF1).toBeGreaterThan(0.6);
    const without = chooseClassifier(rows);
    expect(without).toMatchObject({ chosen: 'average', weights: { look: 0 } });
    expect(figures?.average.loss).toBeLessThan(without.figures?.average.loss ?? 0);
    // Beside a network that has learnt nothing it makes one with the text.
    const ignorant = makeRows(300, [1 / 3, 0.9], [1 / 3, 0.9]);
    const together = chooseClassifier({ ...ignorant, look });
    expect(together.chosen).toBe('average');
    expect(together.weights.text).toBeGreaterThan(together.weights.look);
  });

  it('fits weights near those that it begins with, the nearer the fewer rows there are', () => {
    const prior = { network: 1.2, text: 0.6, look: 0 };
    const choose = (count: number) =>
      chooseClassifier({ ...makeRows(count, [0.8, 0.75], [0.99, 0.7]), prior });
    const [few, many] = [choose(40), choose(600)];
    expect(few.chosen).toBe('average');
    expect(many.chosen).toBe('average');
    // A network that is that sure of what it says wants less than a half.
    expect(many.weights.network).toBeLessThan(few.weights.network);
    expect(few.weights.network).toBeLessThan(prior.network);
  });

  it('falls on a member alone that is clearly better, however much the others weigh before', () => {
    const learnt = makeRows(75, [1 / 3, 0.97], [0.95, 0.97]);
    expect(chooseClassifier({ ...learnt, prior: { network: 1, text: 0.2, look: 0 } }).chosen).toBe('text');
  });

  it('falls on the network where the text adds nothing', () => {
    expect(chooseClassifier(makeRows(300, [0.95, 1 / 3], [0.95, 0.6])).chosen).toBe('network');
    // The same twice: what the average gains is a temperature, which the network alone gets as well.
    const rows = makeRows(300, [0.8, 0.8], [0.99, 0.99]);
    expect(chooseClassifier({ ...rows, text: rows.network }).chosen).toBe('network');
  });

  it('falls on the text alone where the network has learnt nothing', () => {
    expect(chooseClassifier(makeRows(300, [1 / 3, 0.95], [0.6, 0.95])).chosen).toBe('text');
  });

  it('falls on the average that it begins with where there are too few rows to fit, unless even they tell otherwise', () => {
    const rows = makeRows(leastRowsToChoose - 1, [0.6, 0.8], [0.6, 0.9]);
    const prior = { network: 0.3, text: 0.7, look: 0.2 };
    expect(chooseClassifier({ ...rows, prior })).toEqual({
      chosen: 'average',
      rows: leastRowsToChoose - 1,
      isNumeric: true,
      weights: prior,
      figures: null,
    });
    // Documents without words: what the text classifier says of them is chance.
    const wordless = makeRows(12, [1, 1 / 3], [0.9, 0.6]);
    const byWords = { network: 0.1, text: 1.2, look: 0.4 };
    expect(chooseClassifier({ ...wordless, prior: byWords })).toMatchObject({
      chosen: 'network',
      weights: alone('network'),
      figures: null,
    });
  });

  it('falls on the network where not all are numbers', () => {
    const broken = makeRows(60, [0.5, 0.9], [0.9, 0.9]);
    broken.network[3]?.fill(Number.NaN);
    expect(chooseClassifier(broken)).toMatchObject({ chosen: 'network', isNumeric: false, figures: null });
  });
});
