/**
 * A word table that begins with what is known of the words. Drawn at random, a table learns slowly: a row moves only in the steps whose
 * pages have its word. But which classes a word speaks for can be counted at once, as naive Bayes does, and a network that begins with
 * these counts has only to add them up, which attention that knows nothing yet does already. What is counted is smoothed, so a rare
 * word begins with next to nothing, and the network relies on it no more than it should.
 */
import type { LayoutLMv2Config } from '../config.js';
import { WORD_TABLE } from '../gradients.js';
import type { WeightMap } from '../parameters.js';
import { createRandom, seedOf } from '../random.js';
import { loadPage, type TrainingExample } from './examples.js';

/** Pages added to those that are counted and to those that are expected: a word of few pages then says little, however it is spread. */
const PRIOR_PAGES = 3;
/**
 * The length of what is counted in a row, as a multiple of that of a drawn row, on average over the words that there are. Well above
 * one, or it would be lost among positions and boxes, which are added to it.
 */
const STRENGTH = 3;

/**
 * The word table of a network from scratch: rows drawn from `seed`, and added to them the log-ratios of how frequent the word is in
 * pages of each class and in all, turned into the hidden dimensions by a drawn projection.
 *
 * @returns the weights with another word table, `[vocabulary, hidden]`; the others are the same.
 */
export async function startWordTable(
  weights: WeightMap,
  config: LayoutLMv2Config,
  options: { labelCount: number; seed: number; examples: readonly TrainingExample[] },
): Promise<WeightMap> {
  const { labelCount, seed } = options;
  const { vocabSize, hiddenSize } = config;
  const ratios = await countRatios(vocabSize, options);
  const drawn = weights.get(WORD_TABLE);
  if (!drawn) throw new Error(`The weights lack ${WORD_TABLE}.`);
  const projection = drawProjection(labelCount, hiddenSize, seed);
  const rows = new Float64Array(vocabSize * hiddenSize);
  let [squares, used] = [0, 0];
  for (let word = 0; word < vocabSize; word++) {
    const ofWord = ratios.subarray(word * labelCount, (word + 1) * labelCount);
    if (ofWord.every((ratio) => ratio === 0)) continue;
    used += 1;
    for (let dimension = 0; dimension < hiddenSize; dimension++) {
      let value = 0;
      for (const [label, ratio] of ofWord.entries())
        value += ratio * (projection[label * hiddenSize + dimension] ?? 0);
      rows[word * hiddenSize + dimension] = value;
      squares += value ** 2;
    }
  }
  const deviation = Math.sqrt(squares / Math.max(1, used * hiddenSize));
  const scale = deviation === 0 ? 0 : (STRENGTH * config.initializerRange) / deviation;
  const data = Float32Array.from(drawn.data, (value, at) => value + scale * (rows[at] ?? 0));
  return new Map(weights).set(WORD_TABLE, { shape: drawn.shape, data });
}

/**
 * ln((pages of the class with the word + prior) / (pages of the class · share of all pages with it + prior)), `[words, classes]`: the
 * weights of naive Bayes over the words that a page has.
 */
async function countRatios(
  vocabSize: number,
  { labelCount, examples }: Parameters<typeof startWordTable>[2],
): Promise<Float64Array> {
  const withWord = new Float64Array(vocabSize * labelCount);
  const pages = new Float64Array(labelCount);
  for (const example of examples) {
    const { inputIds } = await loadPage(example, Number.POSITIVE_INFINITY);
    pages[example.label] = (pages[example.label] ?? 0) + 1;
    // Without [CLS] and [SEP], which each page has.
    for (const id of new Set(Array.from(inputIds).slice(1, -1))) {
      const at = id * labelCount + example.label;
      withWord[at] = (withWord[at] ?? 0) + 1;
    }
  }
  const ratios = new Float64Array(withWord.length);
  for (let word = 0; word < vocabSize; word++) {
    const counts = withWord.subarray(word * labelCount, (word + 1) * labelCount);
    const share = counts.reduce((sum, count) => sum + count, 0) / Math.max(1, examples.length);
    if (share === 0) continue;
    for (const [label, count] of counts.entries()) {
      const expected = (pages[label] ?? 0) * share;
      ratios[word * labelCount + label] = Math.log((count + PRIOR_PAGES) / (expected + PRIOR_PAGES));
    }
  }
  return ratios;
}

/** Directions that are nearly at right angles to each other, `[classes, hidden]`, of signs drawn from the seed. */
function drawProjection(labelCount: number, hiddenSize: number, seed: number): Float64Array {
  const random = createRandom(seedOf(seed, 'word-table'));
  return Float64Array.from({ length: labelCount * hiddenSize }, () => (random.uniform() < 0.5 ? -1 : 1));
}
