/**
 * What a fresh installation says of real documents of many kinds: starts the built product with its starter model, uploads every file
 * that a manifest names, and compares the label that each is given with its class.
 *
 *   EVAL_DATA=<folder with samples/MANIFEST.tsv> npm run bench:samples [-- --starter <folder>]
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { labelNameOfClass } from '../src/models/starter-model.js';
import { makeDataDir, startClasseur } from '../test/support/classeur.js';

const { values } = parseArgs({ options: { starter: { type: 'string', default: '' } } });
const folder = join(process.env.EVAL_DATA ?? '', 'samples');
if (!process.env.EVAL_DATA || !existsSync(folder)) {
  console.error('Set EVAL_DATA to a folder that holds samples/MANIFEST.tsv');
  process.exit(1);
}
const [, ...lines] = (await readFile(join(folder, 'MANIFEST.tsv'), 'utf8')).trim().split(/\r?\n/);
const samples = lines.map((line) => {
  const [path = '', className = ''] = line.split('\t');
  return { path, label: labelNameOfClass(className) };
});

type Outcome = {
  status: string;
  failure: { message: string } | null;
  prediction: { label: { name: string }; confidence: number } | null;
};

const LOOK_INTERVAL_MS = 200;

const dataDir = await makeDataDir();
const classeur = await startClasseur({
  DATA_DIR: dataDir.path,
  STARTER_MODEL: values.starter === '' ? '' : resolve(values.starter),
});
try {
  const { labels } = await classeur.ask<{ labels: { name: string }[] }>('{ labels { name } }', {});
  const known = new Set(labels.map(({ name }) => name));
  let [hits, judged] = [0, 0];
  for (const { path, label } of samples) {
    const outcome = await classify(path);
    const said = outcome.prediction?.label.name ?? outcome.failure?.message ?? 'nothing';
    const isKnown = known.has(label);
    if (isKnown) judged += 1;
    if (said === label) hits += 1;
    const verdict = isKnown ? (said === label ? 'right' : 'wrong') : 'no such label';
    console.log(
      `${verdict.padEnd(14)}${label.padEnd(24)}${said} ${(100 * (outcome.prediction?.confidence ?? 0)).toFixed(0)} %  ${path}`,
    );
  }
  console.log(`${hits} of ${judged} right: ${((100 * hits) / judged).toFixed(1)} %`);
} finally {
  await classeur.stop();
  await dataDir.remove();
}

async function classify(path: string): Promise<Outcome> {
  const bytes = await readFile(join(folder, path));
  const [result] = await classeur.upload([{ filename: basename(path), bytes }]);
  const id = result?.document?.id;
  if (id === undefined) throw new Error(`${path} was refused: ${result?.error?.message}`);
  for (;;) {
    const { document } = await classeur.ask<{ document: Outcome }>(
      'query ($id: ID!) { document(id: $id) { status failure { message } prediction { label { name } confidence } } }',
      { id },
    );
    if (document.status === 'READY' || document.failure) return document;
    await sleep(LOOK_INTERVAL_MS);
  }
}
