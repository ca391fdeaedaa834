import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IMAGE_SIDE } from '../../src/layoutlmv2/encoded-page.js';
import { meanCrossEntropy } from '../../src/layoutlmv2/metrics.js';
import { mostLikely } from '../../src/layoutlmv2/probability.js';
import { createRandom } from '../../src/layoutlmv2/random.js';
import { drawFourierFeatures, featuresOf } from '../../src/linear-classifiers/look/fourier-features.js';
import { describeLook, LOOK_LENGTH } from '../../src/linear-classifiers/look/gradient-histograms.js';
import {
  createLookClassifier,
  trainLookClassifier,
} from '../../src/linear-classifiers/look/look-classifier.js';
import { readLookModel, writeLookModel } from '../../src/linear-classifiers/look/look-model-folder.js';
import { type DrawnKind, drawPage } from '../support/drawn-looks.js';

const pause = async () => {};
const kinds: readonly DrawnKind[] = ['lines', 'columns', 'blank'];
const draw = (count: number, seed: number) => {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, index) => {
    const label = index % kinds.length;
    return { look: describeLook(drawPage(kinds[label] ?? 'blank', random)), label };
  });
};
const rightShare = (said: readonly Float32Array[], rows: readonly { label: number }[]) =>
  said.filter((row, index) => mostLikely(row) === rows[index]?.label).length / rows.length;

describe('a look', () => {
  /** The numbers of the cell at a place of the grid. */
  const cellOf = (look: Float32Array, row: number, column: number) =>
    Array.from(look.subarray((row * 8 + column) * 10, (row * 8 + column) * 10 + 10));

  it('of blank paper is nothing, whatever colour it has not', () => {
    expect(describeLook(drawPage('blank', createRandom(1)))).toEqual(new Float32Array(LOOK_LENGTH));
  });

  it('says where edges run up and down, and where across', () => {
    const [lines, columns] = [
      describeLook(drawPage('lines', createRandom(1))),
      describeLook(drawPage('columns', createRandom(1))),
    ];
    const strongest = (look: Float32Array) => mostLikely(cellOf(look, 3, 3).slice(0, 8));
    // Directions are those of the gradient: across an upright edge it points to the side, of which the first is one.
    expect(strongest(columns)).toBe(0);
    expect(strongest(lines)).toBe(4);
    const across = cellOf(lines, 3, 3);
    // Of the other directions nothing.
    expect(across.filter((_, index) => index !== 4 && index < 8).every((value) => value < 1e-3)).toBe(true);
  });

  it('says how dark each cell is and how uneven, and where on the page', () => {
    const image = new Uint8Array(3 * IMAGE_SIDE ** 2).fill(255);
    // The left half of the page black.
    for (let y = 0; y < IMAGE_SIDE; y += 1)
      image.fill(0, 3 * y * IMAGE_SIDE, 3 * (y * IMAGE_SIDE + IMAGE_SIDE / 2));
    const look = describeLook(image);
    for (const row of [0, 5]) {
      const darkness = [0, 1, 2, 3, 4, 5, 6, 7].map((column) => cellOf(look, row, column)[8]);
      // A cell sees as far as the middles of its neighbours, and there less: of the fourth one an eighth is white.
      for (const [column, value] of [1, 1, 1, 0.875, 0.125, 0, 0, 0].entries())
        expect(darkness[column], `${column}`).toBeCloseTo(value, 6);
    }
    const [, , , fourth, fifth] = [0, 1, 2, 3, 4].map((column) => cellOf(look, 2, column)[9]);
    expect(fourth).toBeCloseTo(Math.sqrt(0.875 * 0.125), 6);
    expect(fifth).toBeCloseTo(Math.sqrt(0.875 * 0.125), 6);
    expect(cellOf(look, 2, 0)[9]).toBeCloseTo(0, 3);
    expect(cellOf(look, 4, 7)).toEqual(new Array(10).fill(0));
  });

  it('changes little where a page lies a little elsewhere', () => {
    const at = (left: number) => {
      const image = new Uint8Array(3 * IMAGE_SIDE ** 2).fill(255);
      for (let y = 40; y < 180; y += 1)
        image.fill(0, 3 * (y * IMAGE_SIDE + left), 3 * (y * IMAGE_SIDE + left + 20));
      return describeLook(image);
    };
    const distance = (one: Float32Array, other: Float32Array) =>
      Math.hypot(...one.map((value, index) => value - (other[index] ?? 0)));
    // Two pixels across the border of two cells, and half a cell.
    expect(distance(at(55), at(57))).toBeLessThan(distance(at(55), at(69)) / 3);
  });

  it('is the same of an edge from dark to light as from light to dark', () => {
    const image = drawPage('columns', createRandom(2));
    const negative = image.map((value) => 255 - value);
    const edges = (look: Float32Array) => Array.from(look).filter((_, index) => index % 10 < 8);
    const [one, other] = [edges(describeLook(image)), edges(describeLook(negative))];
    for (const [index, value] of one.entries()) expect(other[index]).toBeCloseTo(value, 5);
  });

  it('is refused of an image of another size', () => {
    expect(() => describeLook(new Uint8Array(12))).toThrow('224 by 224, found 12');
  });
});

describe('random Fourier features', () => {
  it('have the Gaussian kernel as their product, as near as their number makes it', () => {
    const random = createRandom(1);
    const rows = Array.from({ length: 40 }, () => Float32Array.from({ length: 20 }, () => random.uniform()));
    const map = drawFourierFeatures(rows, { features: 8192, seed: 7 });
    const [one = new Float32Array(), other = new Float32Array()] = rows;
    const distance = one.reduce(
      (sum, value, index) => sum + ((value - (other[index] ?? 0)) / (map.deviations[index] ?? 1)) ** 2,
      0,
    );
    const [ofOne, ofOther] = [featuresOf(map, one), featuresOf(map, other)];
    const product = ofOne.reduce((sum, value, index) => sum + value * (ofOther[index] ?? 0), 0);
    // The error of such an estimate is about 1/√8192.
    expect(product).toBeCloseTo(Math.exp(-distance / 20), 1);
    expect(Math.hypot(...ofOne)).toBeCloseTo(1, 1);
  });

  it('are the same for a seed, and made for what never varies too', () => {
    const rows = [1, 2, 3].map((value) => Float32Array.from([value, 5]));
    const options = { features: 16, seed: 3 };
    const map = drawFourierFeatures(rows, options);
    expect(drawFourierFeatures(rows, options)).toEqual(map);
    expect(drawFourierFeatures(rows, { ...options, seed: 4 })).not.toEqual(map);
    expect([...featuresOf(map, Float32Array.from([2, 5]))].every(Number.isFinite)).toBe(true);
    expect(() => drawFourierFeatures([], options)).toThrow('there are none');
    expect(() => featuresOf(map, Float32Array.from([2]))).toThrow('has 1 numbers instead of 2');
  });
});

describe('a classifier of looks', () => {
  it('tells kinds of pages that it has not seen, from a dozen that it has', async () => {
    const classifier = await trainLookClassifier(draw(12, 1), kinds.length, pause, { seed: 1 });
    const others = draw(60, 2);
    expect(rightShare(classifier.predict(others.map(({ look }) => look)), others)).toBe(1);
  });

  it('goes on from an earlier one, by the labels that both know: one page of each then makes it surer', async () => {
    const earlier = await trainLookClassifier(draw(30, 1), kinds.length, pause, { seed: 1 });
    // The same kinds in another order, and beside them one that is new.
    const swap = (rows: ReturnType<typeof draw>) =>
      rows.map(({ look, label }) => ({ look, label: 2 - label }));
    const start = { model: earlier.model, classes: [2, 1, 0, null] };
    const [training, others] = [swap(draw(3, 3)), swap(draw(30, 4))];
    const lossOf = async (options: { seed: number; start?: typeof start }) => {
      const { model, predict } = await trainLookClassifier(training, 4, pause, options);
      const said = predict(others.map(({ look }) => look));
      const labels = others.map(({ label }) => label);
      return { model, right: rightShare(said, others), loss: meanCrossEntropy(said, labels) ?? Number.NaN };
    };
    const [goneOn, fromNothing] = [await lossOf({ seed: 2, start }), await lossOf({ seed: 2 })];
    expect(goneOn.model.fourier).toBe(earlier.model.fourier);
    expect(goneOn.right).toBe(1);
    expect(goneOn.loss).toBeLessThan(fromNothing.loss);
  });

  it('is the same for the same pages and seed', async () => {
    const [one, other] = [
      await trainLookClassifier(draw(9, 1), kinds.length, pause, { seed: 5 }),
      await trainLookClassifier(draw(9, 1), kinds.length, pause, { seed: 5 }),
    ];
    expect(one.model).toEqual(other.model);
  });
});

describe('a classifier of looks in a folder', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'look-model-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const looks = draw(6, 9).map(({ look }) => look);

  it('says the very same when it is read back, and nearly the same from half the room', async () => {
    const trained = await trainLookClassifier(draw(12, 1), kinds.length, pause, { seed: 1 });
    const [whole, half] = [join(folder, 'whole'), join(folder, 'half')];
    await writeLookModel(whole, trained.model, kinds);
    await writeLookModel(half, trained.model, kinds, { type: 'F16' });
    const read = await readLookModel(whole);
    expect(read.labels).toEqual(kinds);
    expect(createLookClassifier(read).predict(looks)).toEqual(trained.predict(looks));
    const [said, meant] = [
      createLookClassifier(await readLookModel(half)).predict(looks),
      trained.predict(looks),
    ];
    for (const [row, probabilities] of said.entries())
      for (const [index, value] of probabilities.entries())
        expect(value).toBeCloseTo(meant[row]?.[index] ?? Number.NaN, 2);
    const sizeOf = async (path: string) => (await stat(join(path, 'model.safetensors'))).size;
    expect(await sizeOf(half)).toBeLessThan(0.51 * (await sizeOf(whole)));
  });

  it('names the file that does not fit', async () => {
    const { model } = await trainLookClassifier(draw(12, 1), kinds.length, pause, { seed: 1 });
    const path = join(folder, 'damaged');
    await expect(writeLookModel(path, model, ['one'])).rejects.toThrow(
      '1 labels for a look model of 3 classes',
    );
    await writeLookModel(path, model, kinds);
    const config = JSON.parse(await readFile(join(path, 'config.json'), 'utf8'));
    const write = (change: object) =>
      writeFile(join(path, 'config.json'), JSON.stringify({ ...config, ...change }));
    await write({ model_type: 'tf-idf' });
    await expect(readLookModel(path)).rejects.toThrow(
      `${join(path, 'config.json')} is not that of a look model`,
    );
    await write({ features: 0 });
    await expect(readLookModel(path)).rejects.toThrow('has 0 features');
    await write({ features: 7 });
    await expect(readLookModel(path)).rejects.toThrow('the files beside it ask for 21');
  });
});
