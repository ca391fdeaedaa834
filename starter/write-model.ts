/** Writes the starter model as what it is: an average of a network, a text classifier and a classifier of looks, all in half precision. */
import { mkdir, rename, rm } from 'node:fs/promises';
import { type Checkpoint, writeCheckpoint } from '../src/layoutlmv2/checkpoints/checkpoint.js';
import { type SavedLookModel, writeLookModel } from '../src/linear-classifiers/look/look-model-folder.js';
import type { SavedTextModel } from '../src/linear-classifiers/text/text-model-folder.js';
import { writeTextModel } from '../src/linear-classifiers/text/text-model-folder.js';
import { memberFoldersOf, writeAverage } from '../src/models/average-folder.js';

/**
 * Writes the folder beside its place and then puts it there, so that it is never there in part; what was there is replaced, as the
 * states that it is made of stay.
 *
 * @param model.textWeight of the text classifier, above 0 and below 1; the network has what is left of 1, so that the average is as
 * sure as these two are
 * @param model.lookWeight of the classifier of looks, beside the two; 0 leaves it out
 */
export async function writeStarterModel(
  folder: string,
  model: {
    network: Checkpoint;
    text: SavedTextModel;
    look: SavedLookModel;
    textWeight: number;
    lookWeight: number;
  },
): Promise<void> {
  const { network, text, look, textWeight, lookWeight } = model;
  const part = `${folder}.part`;
  await rm(part, { recursive: true, force: true });
  await mkdir(part, { recursive: true });
  const members = memberFoldersOf(part);
  await writeCheckpoint(members.network, network, { type: 'F16' });
  await writeTextModel(members.text, text, text.labels, { type: 'F16' });
  // Without the last digits that binary fractions leave of a difference.
  const networkWeight = Number((1 - textWeight).toFixed(6));
  if (lookWeight > 0) await writeLookModel(members.look, look, look.labels, { type: 'F16' });
  const weights = { network: networkWeight, text: textWeight, look: lookWeight };
  await writeAverage(part, { weights, labels: text.labels });
  await rm(folder, { recursive: true, force: true });
  await rename(part, folder);
}
