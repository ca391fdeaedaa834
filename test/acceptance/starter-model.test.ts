import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeDataDir, startClasseur, waitUntilSettled } from '../support/classeur.js';
import { makeDocument } from '../support/make-documents.js';
import { makeTinyCheckpoint } from '../support/tiny-checkpoint.js';

const shipped = join(import.meta.dirname, '..', '..', 'starter', 'model', 'config.json');

let dataDir: Awaited<ReturnType<typeof makeDataDir>>;

beforeEach(async () => {
  dataDir = await makeDataDir();
});
afterEach(() => dataDir.remove());

/** What STARTER_MODEL is to be: empty for the model that is shipped, or before there is one, a network that is made up. */
async function chooseStarter(): Promise<string> {
  if (existsSync(shipped)) return '';
  const folder = join(dataDir.path, 'starter');
  await mkdir(folder);
  const classes = ['invoice', 'letter', 'bank_statement', 'id_document', 'form'];
  for (const [name, file] of await makeTinyCheckpoint({ classes, licence: 'mit' })) {
    await writeFile(join(folder, name), file);
  }
  return folder;
}

type Installed = {
  labels: { name: string; changes: { changedBy: string }[] }[];
  modelVersions: { totalCount: number };
  servingModel: { id: string; number: number; licence: string; labels: { name: string }[]; import: object };
  promotionEvents: { edges: { node: object }[] };
};

const installed = `{
  labels { name changes { changedBy } }
  modelVersions { totalCount }
  servingModel { id number licence labels { name } import { folder } }
  promotionEvents { edges { node { kind promotedBy reason } } }
}`;

describe('a fresh machine', () => {
  it('classifies its first upload by the starter model, which the next start leaves as it is', async () => {
    const settings = {
      DATA_DIR: join(dataDir.path, 'data'),
      ENGINE: 'wasm',
      STARTER_MODEL: await chooseStarter(),
    };
    const first = await startClasseur(settings);
    const [uploaded] = await first.upload([await makeDocument({ kind: 'invoice', seed: 7, as: 'png' })]);
    await waitUntilSettled(first, 120_000);

    const found = await first.ask<Installed>(installed);
    expect(found.modelVersions.totalCount).toBe(1);
    expect(found.servingModel).toMatchObject({ number: 1, licence: 'mit', import: { folder: 'starter' } });
    expect(found.promotionEvents.edges).toEqual([
      { node: { kind: 'FIRST', promotedBy: null, reason: expect.stringContaining('Classeur') } },
    ]);
    const names = found.labels.map(({ name }) => name);
    expect([...names].sort()).toEqual(found.servingModel.labels.map(({ name }) => name).sort());
    // As a person would write them.
    for (const name of names) expect(name).toMatch(/^[A-Z][^_]+$/);

    const { document } = await first.ask<{ document: Classified }>(
      `query ($id: ID!) { document(id: $id) { status failure { message } prediction {
        label { name } confidence scores(top: 100) { score } modelVersion { id }
      } } }`,
      { id: uploaded?.document?.id },
    );
    expect(document).toMatchObject({ status: 'READY', failure: null });
    const { label, confidence, scores, modelVersion } = document.prediction;
    expect(modelVersion.id).toBe(found.servingModel.id);
    expect(names).toContain(label.name);
    expect(scores).toHaveLength(names.length);
    expect(scores[0]?.score).toBeCloseTo(confidence, 12);
    expect(scores.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1, 5);
    expect(await first.stop()).toBe(0);

    const second = await startClasseur(settings);
    expect(await second.ask<Installed>(installed)).toEqual(found);
    expect(await second.stop()).toBe(0);
  }, 300_000);
});

type Classified = {
  status: string;
  failure: object | null;
  prediction: {
    label: { name: string };
    confidence: number;
    scores: { score: number }[];
    modelVersion: { id: string };
  };
};
