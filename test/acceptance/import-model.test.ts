import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COMMIT, startHub, type TestHub } from '../layoutlmv2/checkpoints/hub-server.js';
import { makeDataDir, startClasseur, waitFor } from '../support/classeur.js';
import { makeTinyCheckpoint } from '../support/tiny-checkpoint.js';

type Version = {
  status: string;
  licence: string | null;
  hasClassifier: boolean | null;
  failure: { code: string; message: string } | null;
  import: { commit: string | null; downloadedBytes: number; totalBytes: number | null };
};

describe('importing a model over the API', () => {
  let dataDir: Awaited<ReturnType<typeof makeDataDir>>;
  let hub: TestHub;
  beforeEach(async () => {
    dataDir = await makeDataDir();
    hub = await startHub();
    for (const [name, file] of await makeTinyCheckpoint({ classes: null, licence: 'cc-by-nc-sa-4.0' })) {
      hub.files.set(name, file);
    }
    hub.largeFiles.add('model.safetensors');
    hub.requiredToken = 'hf_token';
  });
  afterEach(async () => {
    await hub.close();
    await dataDir.remove();
  });

  it('shows its progress, and goes on after a power cut where it was', async () => {
    const settings = { DATA_DIR: dataDir.path, HF_ENDPOINT: hub.endpoint, HF_TOKEN: 'hf_token' };
    hub.stalls.add('model.safetensors');
    const first = await startClasseur(settings);
    const { importModel } = await first.ask<{ importModel: { id: string; status: string } }>(
      'mutation ($name: String!) { importModel(input: { repository: $name }) { id status } }',
      { name: 'microsoft/layoutlmv2-base-uncased' },
    );
    expect(importModel.status).toBe('IMPORTING');
    const look = async ({ ask }: Pick<typeof first, 'ask'>) => {
      const { modelVersion } = await ask<{ modelVersion: Version }>(
        `query ($id: ID!) { modelVersion(id: $id) {
          status licence hasClassifier failure { code message } import { commit downloadedBytes totalBytes }
        } }`,
        { id: importModel.id },
      );
      return modelVersion;
    };
    const halfway = await waitFor('half of the weights', 60_000, async () => {
      const version = await look(first);
      return version.import.downloadedBytes > 1_000_000 ? version : null;
    });
    expect(halfway).toMatchObject({ status: 'IMPORTING', import: { commit: COMMIT } });
    expect(halfway.import.totalBytes).toBeGreaterThan(halfway.import.downloadedBytes);
    first.child.kill('SIGKILL');
    await first.exited;

    hub.stalls.clear();
    hub.requests.length = 0;
    const second = await startClasseur(settings);
    const version = await waitFor('the model', 90_000, async () => {
      const found = await look(second);
      return found.status === 'IMPORTING' ? null : found;
    });
    expect(version).toMatchObject({
      status: 'READY',
      licence: 'cc-by-nc-sa-4.0',
      hasClassifier: false,
      failure: null,
    });
    expect(hub.requests.some(({ range }) => /^bytes=[1-9]\d*-$/.test(range ?? ''))).toBe(true);
    const { errors } = await second.post('mutation ($id: ID!) { promoteModel(id: $id) { id } }', {
      id: importModel.id,
    });
    expect(errors?.[0]?.extensions.code).toBe('MODEL_HAS_NO_CLASSIFIER');
    expect(await second.stop()).toBe(0);
  }, 300_000);
});
