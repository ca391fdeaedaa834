/** The files of an average of a tiny network, a text classifier and a classifier of looks, as a run writes them into a folder. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LOOK_LENGTH } from '../../src/linear-classifiers/look/gradient-histograms.js';
import { trainLookClassifier } from '../../src/linear-classifiers/look/look-classifier.js';
import { writeLookModel } from '../../src/linear-classifiers/look/look-model-folder.js';
import { trainTextClassifier } from '../../src/linear-classifiers/text/text-classifier.js';
import { writeTextModel } from '../../src/linear-classifiers/text/text-model-folder.js';
import { memberFoldersOf, writeAverage } from '../../src/models/average-folder.js';
import { makeTinyCheckpoint } from './tiny-checkpoint.js';

/** The files by name, those of the members with their folder. Each class is told by its own name as a word. */
export async function makeTinyAverage(options: {
  /** Five of them. */
  classes: readonly string[];
  /** What the model card of the average states; null for none. */
  licence: string | null;
  /** What that of its network states. */
  networkLicence?: string | null;
  /** Of the text classifier where they are to be others. */
  textClasses?: readonly string[];
  temperature?: number;
}): Promise<Map<string, Buffer>> {
  const { classes, licence, networkLicence = null, textClasses = classes, temperature = null } = options;
  const folder = await mkdtemp(join(tmpdir(), 'tiny-average-'));
  try {
    const members = memberFoldersOf(folder);
    const training = textClasses.map((name, label) => ({ words: [name, 'page'], label }));
    const text = await trainTextClassifier([...training, ...training], textClasses.length, async () => {});
    await writeTextModel(members.text, text.model, textClasses);
    const looks = classes.map((_, label) => ({ look: new Float32Array(LOOK_LENGTH).fill(label), label }));
    const look = await trainLookClassifier(looks, classes.length, async () => {}, { seed: 1 });
    await writeLookModel(members.look, look.model, classes);
    await writeAverage(folder, {
      weights: { network: 0.4, text: 0.6, look: 0.2 },
      labels: classes,
      temperature,
    });
    const network = await makeTinyCheckpoint({ classes, licence: networkLicence });
    return new Map([
      ...[...network].map(([name, file]) => [`network/${name}`, file] as const),
      ...(await readFiles(members.text)).map(([name, file]) => [`text/${name}`, file] as const),
      ...(await readFiles(members.look)).map(([name, file]) => [`look/${name}`, file] as const),
      ...(await readFiles(folder)),
      ...(licence === null ? [] : [['README.md', Buffer.from(`---\nlicense: ${licence}\n---\n`)] as const]),
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function readFiles(folder: string): Promise<[name: string, file: Buffer][]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  return await Promise.all(
    names.map(async (name): Promise<[string, Buffer]> => [name, await readFile(join(folder, name))]),
  );
}
