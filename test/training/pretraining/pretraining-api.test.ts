import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GraphQLSchema, graphql } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApi } from '../../../src/app.js';
import { readConfig } from '../../../src/config.js';
import { createPromoteModel } from '../../../src/models/promote-model.js';
import { createContext } from '../../../src/platform/graphql/context.js';
import { buildGraphqlSchema, createLiveFeed } from '../../../src/platform/graphql/schema.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { createFactLog } from '../../support/facts.js';
import { silentLog } from '../../support/log.js';
import { createRecordMaker, type RecordMaker } from '../../support/records.js';

let database: TestDatabase;
let schema: GraphQLSchema;
let make: RecordMaker;

beforeAll(async () => {
  database = await createTestDatabase();
  make = createRecordMaker(database);
  const config = readConfig({ DATA_DIR: join(tmpdir(), 'classeur-nothing-is-written-here') });
  const { resolvers } = buildApi({ config, connection: database.connection, log: silentLog });
  schema = await buildGraphqlSchema(resolvers, createLiveFeed());
});
afterAll(() => database.close());

async function ask(source: string, variableValues: Record<string, unknown> = {}) {
  const contextValue = createContext({ baseUrl: '', viewer: { name: 'ann' } });
  const { data, errors } = await graphql({ schema, source, variableValues, contextValue });
  const codes = errors?.map(({ extensions, originalError }) =>
    originalError && 'code' in originalError ? originalError.code : extensions.code,
  );
  return { data, codes: codes ?? [] };
}

const startPretraining = `mutation ($input: StartPretrainingInput) {
  startPretraining(input: $input) {
    kind status note tags maxMinutes baseModel { id isPretrainedBase }
    hyperparameters { epochs learningRate seed }
    pretraining { maxPages pages maskedWords coveredLines }
  }
}`;

describe('learning on without labels over GraphQL', () => {
  it('says what to do where no network serves, and where nothing has been read', async () => {
    expect((await ask(startPretraining)).codes).toEqual(['NO_BASE_MODEL']);
    const base = await make.makeModelVersion([await make.makeLabel('invoice')]);
    await createPromoteModel(createFactLog(database.connection))(base.id);
    expect((await ask(startPretraining)).codes).toEqual(['NOTHING_READ']);
  });

  it('starts a run of its own kind on a sample of what has been read', async () => {
    for (let count = 0; count < 4; count += 1) await make.makeDocument();
    const input = {
      note: 'our archive',
      tags: ['archive'],
      maxMinutes: 30,
      maxPages: 3,
      epochs: 2,
      learningRate: 0.001,
      seed: 7,
      maskedWords: 0.25,
    };
    expect(await ask(startPretraining, { input })).toMatchObject({
      codes: [],
      data: {
        startPretraining: {
          kind: 'PRETRAINING',
          status: 'QUEUED',
          note: 'our archive',
          tags: ['archive'],
          maxMinutes: 30,
          baseModel: { isPretrainedBase: false },
          hyperparameters: { epochs: 2, learningRate: 0.001, seed: 7 },
          pretraining: { maxPages: 3, pages: 3, maskedWords: 0.25, coveredLines: 0.15 },
        },
      },
    });
    const listed = `query ($kinds: [TrainingRunKind!]) {
      trainingRuns(filter: { kinds: $kinds }) { edges { node { kind } } }
    }`;
    const edges = [{ node: { kind: 'PRETRAINING' } }];
    expect((await ask(listed, { kinds: ['PRETRAINING'] })).data).toEqual({ trainingRuns: { edges } });
    expect((await ask(listed, { kinds: ['FINE_TUNING'] })).data).toEqual({ trainingRuns: { edges: [] } });
  });

  it.each([
    [{ maxPages: 0 }, 'INVALID_PRETRAINING'],
    [{ maskedWords: 0 }, 'INVALID_PRETRAINING'],
    [{ coveredLines: 1.5 }, 'INVALID_PRETRAINING'],
    [{ epochs: 0 }, 'INVALID_HYPERPARAMETER'],
    [{ maxMinutes: 0 }, 'INVALID_LIMIT'],
  ])('refuses %j', async (input, code) => {
    expect((await ask(startPretraining, { input })).codes).toEqual([code]);
  });
});
