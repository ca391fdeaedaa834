import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createTextClassifier,
  trainTextClassifier,
} from '../../src/linear-classifiers/text/text-classifier.js';
import { readTextModel, writeTextModel } from '../../src/linear-classifiers/text/text-model-folder.js';

const split = (text: string) => text.split(' ');
const pause = async () => {};
const labels = ['invoice', 'письмо'];
const training = [
  { words: split('Invoice number total amount due 12'), label: 0 },
  { words: split('invoice total amount payable'), label: 0 },
  { words: split('Dear Straße Ελλάδα yours sincerely'), label: 1 },
  { words: split('dear STRASSE straße ΕΛΛΆΔΑ yours faithfully'), label: 1 },
];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'text-model-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('a text classifier in a folder', () => {
  it('says the very same when it is read back', async () => {
    const trained = await trainTextClassifier(training, 2, pause);
    const path = join(folder, 'whole');
    await writeTextModel(path, trained.model, labels);
    const read = createTextClassifier(await readTextModel(path));
    const texts = [...training.map(({ words }) => words), split('total of the unknown'), []];
    expect(read.predict(texts)).toEqual(trained.predict(texts));
    expect(read.features).toBe(trained.features);
    expect(JSON.parse(await readFile(join(path, 'config.json'), 'utf8'))).toMatchObject({
      model_type: 'tf-idf',
      id2label: { 0: 'invoice', 1: 'письмо' },
    });
  });

  it('takes half the room in half precision, and says nearly the same', async () => {
    const trained = await trainTextClassifier(training, 2, pause);
    const [whole, half] = [join(folder, 'float32'), join(folder, 'float16')];
    await writeTextModel(whole, trained.model, labels);
    await writeTextModel(half, trained.model, labels, { type: 'F16' });
    const read = createTextClassifier(await readTextModel(half));
    const texts = training.map(({ words }) => words);
    const [said, meant] = [read.predict(texts), trained.predict(texts)];
    for (const [row, probabilities] of said.entries())
      for (const [index, value] of probabilities.entries())
        expect(value).toBeCloseTo(meant[row]?.[index] ?? Number.NaN, 3);
    expect(said).not.toEqual(meant);
    const sizeOf = async (path: string) => (await stat(join(path, 'model.safetensors'))).size;
    // The header of the file stays as long as it was.
    expect(await sizeOf(half)).toBeLessThan((await sizeOf(whole)) - 2 * read.features);
  });

  it('keeps its labels, and the temperature where one was fitted', async () => {
    const { model } = await trainTextClassifier(training, 2, pause);
    const [plain, fitted] = [join(folder, 'plain'), join(folder, 'fitted')];
    await writeTextModel(plain, model, labels);
    await writeTextModel(fitted, model, labels, { temperature: 1.5 });
    expect(await readTextModel(plain)).toMatchObject({ labels, temperature: null });
    expect(await readTextModel(fitted)).toMatchObject({ labels, temperature: 1.5 });
  });

  it('is there also where no word was known', async () => {
    const trained = await trainTextClassifier(
      [1, 1, 0].map((label) => ({ words: [], label })),
      2,
      pause,
    );
    const path = join(folder, 'empty');
    await writeTextModel(path, trained.model, labels);
    expect(createTextClassifier(await readTextModel(path)).predict([[]])).toEqual(trained.predict([[]]));
  });

  it('names the file that does not fit', async () => {
    const { model } = await trainTextClassifier(training, 2, pause);
    const path = join(folder, 'broken');
    await expect(writeTextModel(path, model, ['one'])).rejects.toThrow('1 labels for a text model of 2');
    await writeTextModel(path, model, labels);
    await writeFile(join(path, 'vocabulary.txt'), 'invoice\n');
    await expect(readTextModel(path)).rejects.toThrow(/inverse_frequencies.*has \d+ numbers.* ask for 1/);
    await writeFile(join(path, 'config.json'), '{"model_type":"layoutlmv2"}');
    await expect(readTextModel(path)).rejects.toThrow('is not that of a text model');
  });
});
