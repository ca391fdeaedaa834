/**
 * What the text baseline of every run reaches: TF-IDF and logistic regression, trained on the words of the train pages of the
 * data set rvl5 and measured on its val pages. Its peer is scikit-learn's TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2))
 * with LogisticRegression(); RESULTS.md has what that reaches, and what ours did before it counted groups of letters too.
 *
 *   EVAL_DATA=<folder with datasets/rvl5> npm run bench:baseline
 */
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { accuracyOf, confusionMatrix, macroF1Of, wilsonInterval } from '../src/layoutlmv2/metrics.js';
import { mostLikely } from '../src/layoutlmv2/probability.js';
import { createRandom, shuffled } from '../src/layoutlmv2/random.js';
import { type LabelledText, trainTextClassifier } from '../src/linear-classifiers/text/text-classifier.js';
import { getRvl5Folder } from './rvl5-data.js';

const folder = getRvl5Folder();

const words = await readWords();
const [, ...lines] = (await readFile(join(folder, 'labels.csv'), 'utf8')).trim().split(/\r?\n/);
const pages = lines.map((line) => line.split(','));
const labels = [...new Set(pages.map(([, label]) => label))].sort();
const textsOf = (wanted: string): LabelledText[] =>
  pages
    .filter(([, , split]) => split === wanted)
    .map(([page = '', label]) => ({ words: words.get(page) ?? [], label: labels.indexOf(label) }));
const training = shuffled(textsOf('train'), createRandom(1));
const validation = textsOf('val');

for (const count of [training.length, 500, 100, 25]) {
  // As many of each label, so that the small sets have all of them.
  const chosen = labels.flatMap((_, label) =>
    training.filter((text) => text.label === label).slice(0, Math.ceil(count / labels.length)),
  );
  const startedAt = performance.now();
  const classifier = await trainTextClassifier(chosen, labels.length, async () => {});
  const trainedMs = performance.now() - startedAt;
  const predicted = classifier.predict(validation.map((text) => text.words)).map(mostLikely);
  const actual = validation.map(({ label }) => label);
  const matrix = confusionMatrix(actual, predicted, labels.length);
  const hits = predicted.filter((label, index) => label === actual[index]).length;
  const { low, high } = wilsonInterval(hits, actual.length) ?? { low: Number.NaN, high: Number.NaN };
  console.log(
    `${chosen.length} pages: accuracy ${percent(accuracyOf(matrix))} (${percent(low)} to ${percent(high)}), ` +
      `macro-F1 ${percent(macroF1Of(matrix))} on ${actual.length} pages; ` +
      `${classifier.features} features, trained in ${(trainedMs / 1000).toFixed(2)} s`,
  );
}

async function readWords(): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  const input = createReadStream(join(folder, 'words.jsonl.gz')).pipe(createGunzip());
  for await (const line of createInterface({ input })) {
    const { page, words: given } = JSON.parse(line) as { page: string; words: [string][] };
    found.set(
      page,
      given.map(([text]) => text),
    );
  }
  return found;
}

function percent(share: number | null): string {
  return `${(100 * (share ?? Number.NaN)).toFixed(1)} %`;
}
