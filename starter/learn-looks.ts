/** The classifier of looks of the starter model: learnt from the images of a corpus' training pages, once. */
import { rm } from 'node:fs/promises';
import { setImmediate as letOthersRun } from 'node:timers/promises';
import { loadPage, type TrainingExample } from '../src/layoutlmv2/training/examples.js';
import { describeLook } from '../src/linear-classifiers/look/gradient-histograms.js';
import {
  choosePages,
  type LabelledLook,
  trainLookClassifier,
} from '../src/linear-classifiers/look/look-classifier.js';
import {
  readLookModel,
  type SavedLookModel,
  writeLookModel,
} from '../src/linear-classifiers/look/look-model-folder.js';
import { isLearnt } from './is-learnt.js';

/**
 * Learns what pages of each label look like from afar, and keeps that in `folder`; or reads it, if it is there.
 *
 * @throws Error where what is there was learnt for other labels.
 */
export async function learnLooks(
  training: readonly TrainingExample[],
  folder: string,
  { labels, seed }: { labels: readonly string[]; seed: number },
): Promise<SavedLookModel> {
  if (await isLearnt(folder, labels)) return await readLookModel(folder);
  const looks: LabelledLook[] = [];
  for (const example of choosePages(training, seed)) {
    // The image alone is looked at.
    const { image } = await loadPage(example, 2);
    looks.push({ look: describeLook(image), label: example.label });
  }
  const { model } = await trainLookClassifier(looks, labels.length, () => letOthersRun(), { seed });
  await rm(folder, { recursive: true, force: true });
  await writeLookModel(folder, model, labels);
  return { ...model, labels };
}
