import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/layoutlmv2/random.js';
import { describeLook } from '../../src/linear-classifiers/look/gradient-histograms.js';
import {
  refitLookClassifier,
  trainLookClassifier,
} from '../../src/linear-classifiers/look/look-classifier.js';
import { readLookModel, writeLookModel } from '../../src/linear-classifiers/look/look-model-folder.js';
import {
  refitTextClassifier,
  type TextClassifier,
  trainTextClassifier,
} from '../../src/linear-classifiers/text/text-classifier.js';
import { readTextModel, writeTextModel } from '../../src/linear-classifiers/text/text-model-folder.js';
import { drawPage } from '../support/drawn-looks.js';

const pause = async () => {};
const labels = ['invoice', 'letter'];
const textsOf = (...rows: [string, number][]) =>
  rows.map(([text, label]) => ({ words: text.split(' '), label }));
const training = textsOf(
  ['total amount due', 0],
  ['invoice total amount', 0],
  ['dear sir yours', 1],
  ['dear friend yours', 1],
  // Neither tells the kind as yet.
  ['notice of account', 0],
  ['notice of account', 1],
);
/** By which it was judged. */
const validation = textsOf(['notice of account', 0], ['notice of account', 0], ['notice of account', 0]);
const noticeBy = ({ predict }: TextClassifier) =>
  predict([['notice', 'of', 'account']])[0]?.[0] ?? Number.NaN;

let folder: string;
let judged: TextClassifier;
let refitted: TextClassifier;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'refit-'));
  judged = await trainTextClassifier(training, labels.length, pause);
  refitted = await refitTextClassifier(judged, [...training, ...validation], pause);
});
afterAll(() => rm(folder, { recursive: true }));

describe('a text classifier that is fitted once more', () => {
  it('has learnt what was kept back, by the same terms', async () => {
    expect(noticeBy(judged)).toBeCloseTo(0.5, 1);
    expect(noticeBy(refitted)).toBeGreaterThan(0.7);
    expect(refitted.model.terms).toBe(judged.model.terms);
  });

  it('is the same as one that begins with nothing: where the search begins is not where it ends', async () => {
    const { regression } = judged.model;
    const nothing = { ...regression, weights: regression.weights.map(() => 0) };
    const fromNothing = await refitTextClassifier(
      { ...judged, model: { ...judged.model, regression: nothing } },
      [...training, ...validation],
      pause,
    );
    // As near as the gradients' tolerance of 1e-4 makes it.
    expect(noticeBy(fromNothing)).toBeCloseTo(noticeBy(refitted), 2);
  });

  it('hands on what it was before, so that whoever goes on from it can be judged by the same texts', async () => {
    const goOnFrom = (model: TextClassifier['model']) =>
      trainTextClassifier(training, labels.length, pause, { start: { model, classes: [0, 1] } });
    const [fromRefitted, fromJudged] = [await goOnFrom(refitted.model), await goOnFrom(judged.model)];
    expect(fromRefitted.model.regression).toEqual(fromJudged.model.regression);
  });

  it('is read back with both from its folder', async () => {
    const path = join(folder, 'text');
    await writeTextModel(path, refitted.model, labels);
    const { labels: _, temperature: __, ...model } = await readTextModel(path);
    expect(model).toEqual(refitted.model);
  });
});

describe('a classifier of looks that is fitted once more', () => {
  it('has learnt what was kept back, hands on what it was before, and is read back with both', async () => {
    const random = createRandom(3);
    const draw = (count: number) =>
      Array.from({ length: count }, (_, index) => ({
        look: describeLook(drawPage(index % 2 === 0 ? 'lines' : 'columns', random)),
        label: index % 2,
      }));
    const [pages, others] = [draw(4), draw(4)];
    const first = await trainLookClassifier(pages, labels.length, pause, { seed: 1 });
    const both = await refitLookClassifier(first, [...pages, ...others], pause);
    expect(both.model.fourier).toBe(first.model.fourier);
    expect(both.model.start).toEqual(first.model.regression);
    const looks = others.map(({ look }) => look);
    const sureness = (said: Float32Array[]) =>
      said.reduce((sum, row, index) => sum + (row[others[index]?.label ?? -1] ?? Number.NaN), 0);
    expect(sureness(both.predict(looks))).toBeGreaterThan(sureness(first.predict(looks)));
    const goOnFrom = (model: typeof both.model) =>
      trainLookClassifier(pages, labels.length, pause, { seed: 1, start: { model, classes: [0, 1] } });
    expect((await goOnFrom(both.model)).model.regression).toEqual(
      (await goOnFrom(first.model)).model.regression,
    );
    const path = join(folder, 'look');
    await writeLookModel(path, both.model, labels);
    const { labels: _, ...model } = await readLookModel(path);
    expect(model).toEqual(both.model);
  });
});
