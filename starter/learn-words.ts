/** The text classifier of the starter model: learnt from the words of a corpus' training pages, once. */
import { rm } from 'node:fs/promises';
import { setImmediate as letOthersRun } from 'node:timers/promises';
import { readCorpus } from '../corpus/read-corpus.js';
import { trainTextClassifier } from '../src/linear-classifiers/text/text-classifier.js';
import {
  readTextModel,
  type SavedTextModel,
  writeTextModel,
} from '../src/linear-classifiers/text/text-model-folder.js';
import { isLearnt } from './is-learnt.js';

// Each has a weight a label: of 23 labels these are 2.4 megabytes in half precision, a fifth of the network. What is left out stands
// in the fewest pages.
const mostTerms = { words: 30_000, letters: 20_000 };

/**
 * Learns which words speak for which label, as they stand in the corpus, and keeps that in `folder`; or reads it, if it is there.
 *
 * @throws Error where what is there was learnt for other labels.
 */
export async function learnWords(
  corpusFolder: string,
  folder: string,
  labels: readonly string[],
): Promise<SavedTextModel> {
  if (await isLearnt(folder, labels)) return await readTextModel(folder);
  const training: { words: string[]; label: number }[] = [];
  for await (const { split, label, words } of readCorpus(corpusFolder)) {
    if (split === 'train')
      training.push({ words: words.map(({ text }) => text), label: labels.indexOf(label) });
  }
  const { model } = await trainTextClassifier(training, labels.length, () => letOthersRun(), { mostTerms });
  await rm(folder, { recursive: true, force: true });
  await writeTextModel(folder, model, labels);
  return { ...model, labels, temperature: null };
}
