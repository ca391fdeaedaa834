import { describe, expect, it } from 'vitest';
import { mostLikely } from '../../src/layoutlmv2/probability.js';
import { minimise } from '../../src/linear-classifiers/lbfgs.js';
import { fitLogisticRegression, predictRows } from '../../src/linear-classifiers/logistic-regression.js';
import { trainTextClassifier } from '../../src/linear-classifiers/text/text-classifier.js';
import { learnTermWeights, vectorise } from '../../src/linear-classifiers/text/tf-idf.js';

const split = (text: string) => text.split(' ');
const pause = async () => {};

describe('the vector of a text', () => {
  const texts = ['the total amount', 'the Total, the amount', 'a dear friend', 'dear friend total'].map(
    split,
  );
  const weights = learnTermWeights(texts, { mostTerms: { words: 100, letters: 0 } });

  it('counts words and pairs of words that occur in two texts, whatever their case', () => {
    expect([...weights.columns.keys()].sort()).toEqual(
      ['amount', 'dear', 'dear friend', 'friend', 'the', 'the total', 'total'].sort(),
    );
  });

  it('weighs rare terms more', () => {
    const weightOf = (term: string) => weights.inverseFrequencies[weights.columns.get(term) ?? -1];
    // Of four texts, total stands in three, amount in two; one that has every term is thought added.
    expect(weightOf('total')).toBeCloseTo(Math.log(5 / 4) + 1, 6);
    expect(weightOf('amount')).toBeCloseTo(Math.log(5 / 3) + 1, 6);
  });

  it('is worked out by hand', () => {
    const rows = vectorise([split('friend total total unknown')], weights);
    const twice = (1 + Math.log(2)) * (Math.log(5 / 4) + 1);
    const once = Math.log(5 / 3) + 1;
    const length = Math.hypot(twice, once);
    const values = new Map([...rows.columns].map((column, place) => [column, rows.values[place]]));
    expect(values.get(weights.columns.get('total') ?? -1)).toBeCloseTo(twice / length, 6);
    expect(values.get(weights.columns.get('friend') ?? -1)).toBeCloseTo(once / length, 6);
    expect(rows.columns).toHaveLength(2);
    expect([...rows.starts]).toEqual([0, 2]);
  });

  it('is zero where no term is known', () => {
    const rows = vectorise([[], split('nothing known'), split('dear')], weights);
    expect([...rows.starts]).toEqual([0, 0, 0, 1]);
    expect([...rows.values]).toEqual([1]);
  });

  it('has groups of two to four letters within words too, by which a misread word is still known', () => {
    const both = learnTermWeights([split('Total'), split('total')]);
    expect([...both.columns.keys()].sort()).toEqual(
      [
        'total',
        ...['~ t', '~to', '~ot', '~ta', '~al', '~l ', '~ to', '~tot', '~ota', '~tal', '~al '],
        ...['~ tot', '~tota', '~otal', '~tal '],
      ].sort(),
    );
    const rows = vectorise([split('tota1')], both);
    expect([...rows.columns].map((column) => [...both.columns.keys()][column]).sort()).toEqual(
      ['~ t', '~to', '~ot', '~ta', '~ to', '~tot', '~ota', '~ tot', '~tota'].sort(),
    );
    expect(rows.values.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(1, 6);
  });

  it('weighs words and letters alike, however many there are of either', () => {
    const both = learnTermWeights(texts);
    const rows = vectorise([split('dear friend')], both);
    const names = [...both.columns.keys()];
    const lengthOf = (isOfLetters: boolean) =>
      [...rows.columns].reduce((sum, column, place) => {
        const value = rows.values[place] ?? 0;
        return names[column]?.startsWith('~') === isOfLetters ? sum + value * value : sum;
      }, 0);
    expect(lengthOf(false)).toBeCloseTo(1, 6);
    expect(lengthOf(true)).toBeCloseTo(1, 6);
  });

  it('never splits a character of two halves, and knows no group across a space', () => {
    const both = learnTermWeights([['𝔸b c'], ['𝔸b c']]);
    for (const term of both.columns.keys()) expect(Buffer.from(term).toString()).toBe(term);
    expect(both.columns.has('~𝔸b ')).toBe(true);
    expect(both.columns.has('~b c')).toBe(false);
  });

  it('keeps the weights of terms that were known before, and those that no text has any more', () => {
    const known = {
      columns: new Map([
        ['dear', 0],
        ['greetings', 1],
      ]),
      inverseFrequencies: Float32Array.of(7, 8),
    };
    const grown = learnTermWeights(texts, { known, mostTerms: { words: 100, letters: 0 } });
    const weightOf = (term: string) => grown.inverseFrequencies[grown.columns.get(term) ?? -1];
    expect([weightOf('dear'), weightOf('greetings')]).toEqual([7, 8]);
    expect(weightOf('total')).toBeCloseTo(Math.log(5 / 4) + 1, 6);
    // Of too many, what the texts at hand have stays.
    const small = learnTermWeights(texts, { known, mostTerms: { words: 4, letters: 0 } });
    expect(small.columns.has('dear')).toBe(true);
    expect(small.columns.has('greetings')).toBe(false);
  });
});

describe('the optimiser', () => {
  it('finds the minimum of a stretched bowl', async () => {
    const centre = [3, -2, 0.5];
    const { at, value, iterations } = await minimise(
      (point, gradient) => {
        let sum = 0;
        for (const [index, middle] of centre.entries()) {
          const away = (point[index] ?? 0) - middle;
          const steepness = 10 ** index;
          gradient[index] = 2 * steepness * away;
          sum += steepness * away * away;
        }
        return sum;
      },
      new Float64Array(3),
      { maxIterations: 100, gradientTolerance: 1e-8, pause },
    );
    for (const [index, middle] of centre.entries()) expect(at[index]).toBeCloseTo(middle, 6);
    expect(value).toBeCloseTo(0, 10);
    expect(iterations).toBeLessThan(50);
  });

  it('stays where there is nothing to gain', async () => {
    const { at, iterations } = await minimise(
      (_point, gradient) => {
        gradient.fill(0);
        return 1;
      },
      Float64Array.of(4),
      { maxIterations: 10, gradientTolerance: 1e-8, pause },
    );
    expect([...at]).toEqual([4]);
    expect(iterations).toBe(0);
  });
});

describe('logistic regression', () => {
  // One column each for three classes, and a row that has nothing.
  const rows = {
    rowCount: 7,
    columnCount: 3,
    starts: Uint32Array.of(0, 1, 2, 3, 4, 5, 6, 6),
    columns: Uint32Array.of(0, 0, 1, 1, 2, 2),
    values: new Float32Array(6).fill(1),
  };
  const labels = [0, 0, 1, 1, 2, 2, 1];
  const regress = (inverseRegularisation: number) =>
    fitLogisticRegression(rows, labels, { classCount: 3, inverseRegularisation, pause });

  it('gives each row a probability for each class, and the most to its own', async () => {
    const probabilities = predictRows(await regress(10), rows);
    expect(probabilities.map(mostLikely)).toEqual(labels);
    for (const row of probabilities) expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 6);
  });

  it('is the less sure the more it is held back', async () => {
    const confidenceAt = async (strength: number) => predictRows(await regress(strength), rows)[0]?.[0] ?? 0;
    const [weak, usual, strong] = [await confidenceAt(0.01), await confidenceAt(1), await confidenceAt(100)];
    expect(weak).toBeLessThan(usual);
    expect(usual).toBeLessThan(strong);
  });

  it('ends where the gradient is zero: what is expected of a class is what there is of it', async () => {
    // Biases are not held back, so in sum over the rows the probabilities are the counts.
    const probabilities = predictRows(await regress(10), rows);
    for (const [label, count] of [2, 3, 2].entries()) {
      expect(probabilities.reduce((sum, row) => sum + (row[label] ?? 0), 0)).toBeCloseTo(count, 2);
    }
  });

  it('stays at its prior where the data count for nothing, and leaves it for what they say where they count', async () => {
    // The prior takes the first two classes for one another.
    const prior = Float64Array.of(0, 2, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0);
    const regress = (inverseRegularisation: number) =>
      fitLogisticRegression(rows, labels, { classCount: 3, inverseRegularisation, prior, pause });
    const held = await regress(1e-6);
    for (const [index, weight] of [...held.weights].slice(0, 9).entries())
      expect(weight).toBeCloseTo(prior[index] ?? Number.NaN, 4);
    expect(predictRows(await regress(100), rows).map(mostLikely)).toEqual(labels);
  });

  it('refuses a prior of another shape', async () => {
    const prior = new Float64Array(9);
    await expect(
      fitLogisticRegression(rows, labels, { classCount: 3, inverseRegularisation: 1, prior, pause }),
    ).rejects.toThrow('A regression to begin with has 9 numbers; 3 columns and 3 classes ask for 12.');
  });

  it('refuses labels that do not go with the rows', async () => {
    await expect(
      fitLogisticRegression(rows, [0, 1], { classCount: 2, inverseRegularisation: 1, pause }),
    ).rejects.toThrow('There are 7 rows, but 2 labels.');
  });

  it('can be stopped', async () => {
    const stop = async () => {
      throw new Error('enough');
    };
    await expect(
      fitLogisticRegression(rows, labels, { classCount: 3, inverseRegularisation: 1, pause: stop }),
    ).rejects.toThrow('enough');
  });
});

describe('the text baseline', () => {
  it('tells kinds of documents by their words, also where one of them says nothing', async () => {
    const training = [
      { words: split('invoice number total amount due'), label: 0 },
      { words: split('invoice total amount payable'), label: 0 },
      { words: split('dear madam yours sincerely'), label: 1 },
      { words: split('dear sir yours faithfully'), label: 1 },
      { words: [], label: 1 },
    ];
    const classifier = await trainTextClassifier(training, 2, pause);
    expect(classifier.features).toBeGreaterThan(3);
    const [bill, letter, empty] = classifier.predict([
      split('amount of the invoice'),
      split('dear friend'),
      [],
    ]);
    expect(mostLikely(bill ?? [])).toBe(0);
    expect(mostLikely(letter ?? [])).toBe(1);
    expect(mostLikely(empty ?? [])).toBe(1);
  });

  it('counts no more words and pairs than it is told to, and keeps those of the most texts', async () => {
    const training = [
      { words: split('invoice total amount'), label: 0 },
      { words: split('invoice total'), label: 0 },
      { words: split('invoice dear madam'), label: 1 },
      { words: split('dear madam'), label: 1 },
    ];
    const limited = await trainTextClassifier(training, 2, pause, { mostTerms: { words: 2, letters: 0 } });
    // Invoice stands in three texts; of those that stand in two, the first of the alphabet stays.
    expect([...limited.model.terms.columns.keys()]).toEqual(['invoice', 'dear']);
    expect((await trainTextClassifier(training, 2, pause)).features).toBeGreaterThan(2);
  });

  it('has an answer where there are no words at all: the more frequent label', async () => {
    const training = [1, 1, 0].map((label) => ({ words: [], label }));
    const classifier = await trainTextClassifier(training, 2, pause);
    const [answer] = classifier.predict([[]]);
    expect(answer?.[1]).toBeCloseTo(2 / 3, 2);
  });
});

describe('a text classifier that goes on from another', () => {
  const saved = [
    { words: split('invoice amount payable'), label: 0 },
    { words: split('invoice payable vat'), label: 0 },
    { words: split('dear regards sincerely'), label: 1 },
    { words: split('dear sincerely faithfully'), label: 1 },
    { words: split('abstract references figure'), label: 2 },
    { words: split('abstract figure theorem'), label: 2 },
  ];
  // The labels of now: what was letter comes first, memo is new, what was invoice comes last.
  const classes = [1, null, 0];
  const few = [
    { words: split('dear madam'), label: 0 },
    { words: split('to all staff'), label: 1 },
    { words: split('invoice total'), label: 2 },
  ];

  it('still knows the words that its own few texts lack, under the labels of now', async () => {
    const { model } = await trainTextClassifier(saved, 3, pause);
    const own = await trainTextClassifier(few, 3, pause);
    const grown = await trainTextClassifier(few, 3, pause, { start: { model, classes } });
    const texts = [split('sincerely faithfully'), split('payable vat')];
    // What was letter and what was invoice, of a letter and of an invoice.
    const oddsOf = ([letter, invoice]: Float32Array[]) => [
      (letter?.[0] ?? 0) / (letter?.[2] ?? 1),
      (invoice?.[2] ?? 0) / (invoice?.[0] ?? 1),
    ];
    const [before, after] = [oddsOf(own.predict(texts)), oddsOf(grown.predict(texts))];
    expect(Math.min(...before)).toBeLessThanOrEqual(1);
    expect(Math.min(...after)).toBeGreaterThan(2);
    // What is new it has learnt besides.
    expect(grown.predict([split('all staff')]).map(mostLikely)).toEqual([1]);
  });

  it('is as from nothing where it knows fewer than two of the labels', async () => {
    const { model } = await trainTextClassifier(saved, 3, pause);
    const own = await trainTextClassifier(few, 3, pause);
    const grown = await trainTextClassifier(few, 3, pause, { start: { model, classes: [null, null, 0] } });
    const texts = [split('dear invoice'), split('payable')];
    expect(grown.predict(texts)).toEqual(own.predict(texts));
  });
});
