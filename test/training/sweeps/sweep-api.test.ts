import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GraphQLSchema, graphql } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApi } from '../../../src/app.js';
import { readConfig } from '../../../src/config.js';
import { createContext } from '../../../src/platform/graphql/context.js';
import { buildGraphqlSchema, createLiveFeed } from '../../../src/platform/graphql/schema.js';
import { createAdvanceSweep } from '../../../src/training/sweeps/advance-sweep.js';
import { insertEpoch } from '../../../src/training/training.repository.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { createFactLog } from '../../support/facts.js';
import { silentLog } from '../../support/log.js';
import { createRecordMaker } from '../../support/records.js';

let database: TestDatabase;
let schema: GraphQLSchema;

beforeAll(async () => {
  database = await createTestDatabase();
  const config = readConfig({ DATA_DIR: join(tmpdir(), 'classeur-nothing-is-written-here') });
  const { resolvers } = buildApi({ config, connection: database.connection, log: silentLog });
  schema = await buildGraphqlSchema(resolvers, createLiveFeed());
  const make = createRecordMaker(database);
  for (const label of [await make.makeLabel('invoice'), await make.makeLabel('letter')]) {
    for (let count = 0; count < 6; count += 1) {
      const { id } = await make.makeDocument();
      const variables = { id, label };
      await ask(
        'mutation ($id: ID!, $label: ID!) { correctLabel(documentId: $id, labelId: $label) { id } }',
        variables,
      );
    }
  }
});
afterAll(() => database.close());

async function post(source: string, variableValues: Record<string, unknown> = {}) {
  const contextValue = createContext({ baseUrl: '', viewer: { name: 'ann' } });
  const { data, errors } = await graphql({ schema, source, variableValues, contextValue });
  return { data: JSON.parse(JSON.stringify(data ?? null)), errors };
}
async function ask(source: string, variables: Record<string, unknown> = {}) {
  const { data, errors } = await post(source, variables);
  if (errors) throw new Error(errors.map(({ message }) => message).join('; '));
  return data;
}
const refusalOf = async (source: string) => (await post(source)).errors?.map(({ message }) => message).join();

/** Lets a sweep go through its trials, each reaching what is given; null for one that fails. */
async function goThrough(sweepId: string, reached: readonly (number | null)[]) {
  const log = createFactLog(database.connection);
  const job = createAdvanceSweep({ ...log, log: silentLog });
  const context = { signal: new AbortController().signal, attempt: 1 };
  for (const macroF1 of reached) {
    await job.run({ sweepId }, context);
    const [fact] = log.take();
    if (fact?.name !== 'runRequested') throw new Error('no trial was queued');
    const figures = {
      trainLoss: 1,
      validationLoss: 0.5,
      validationAccuracy: 1,
      learningRate: 1,
      durationMs: 1,
    };
    if (macroF1 !== null) {
      const epoch = { epoch: 1, validationMacroF1: macroF1, isBest: true, ...figures };
      await insertEpoch(database.connection.database, fact.runId, epoch);
    }
    const status = macroF1 === null ? 'FAILED' : 'SUCCEEDED';
    await database.query('update training_runs set status = $1::run_status where id = $2', [
      status,
      fact.runId,
    ]);
  }
  await job.run({ sweepId }, context);
}

describe('sweeps, over GraphQL', () => {
  it('are started, followed as a table, and drawn', async () => {
    const started = await ask(`mutation { startSweep(input: {
      kind: SUCCESSIVE_HALVING, trials: 3, reductionFactor: 3, firstRungEpochs: 2, note: "rates", tags: ["b", "a"],
      ranges: [
        { hyperparameter: "learningRate", distribution: LOG_UNIFORM, from: 1e-5, to: 1e-2 },
        { hyperparameter: "freezing", distribution: CHOICE, choices: ["none", "all-but-last-2-layers"] },
        { hyperparameter: "batchSize", distribution: CHOICE, choices: ["4", "8"] }
      ],
      hyperparameters: { modelSize: tiny, augmentation: { noise: 4 } }
    }) { id status tags rungs { trials epochs } dataset { id } trials { number } best { number } } }`);
    expect(started.startSweep).toMatchObject({
      status: 'RUNNING',
      tags: ['a', 'b'],
      rungs: [
        { trials: 3, epochs: 2 },
        { trials: 1, epochs: 6 },
      ],
      trials: [],
      best: null,
    });
    const { id, dataset } = started.startSweep;
    await goThrough(id, [0.5, 0.75, null, 0.625]);

    const { sweep } = await ask(
      `query ($id: ID!) { sweep(id: $id) {
        status statusReason finishedAt promoteBest reductionFactor
        ranges { hyperparameter distribution from to choices influence }
        hyperparameters { epochs augmentation { noise } }
        best { number rung rank validationMacroF1 run { number status } }
        trials { number rung rank validationMacroF1 validationLoss values { hyperparameter value number }
          run { trigger note sweep { id } dataset { id }
            hyperparameters { learningRate batchSize freezing epochs augmentation { noise wordDropout } } } }
        plotSvg
      } }`,
      { id },
    );
    expect(sweep).toMatchObject({ status: 'SUCCEEDED', promoteBest: false, reductionFactor: 3 });
    expect(sweep.statusReason).toBe(
      `The best is trial 2, run ${sweep.best.run.number}, with a validation macro-F1 of 0.750`,
    );
    expect(sweep.best).toMatchObject({ number: 2, rung: 1, rank: 1, validationMacroF1: 0.75 });
    const places = (trials: { number: number; rung: number; rank: number | null }[]) =>
      trials.map(({ number, rung, rank }) => [number, rung, rank]);
    expect(places(sweep.trials)).toEqual([
      [2, 1, 1],
      [2, 2, 2],
      [1, 1, 3],
      [3, 1, null],
    ]);
    for (const trial of sweep.trials) {
      const drawn = Object.fromEntries(
        trial.values.map(({ hyperparameter, value, number }: Record<string, unknown>) => [
          String(hyperparameter),
          number ?? value,
        ]),
      );
      expect(trial.run).toMatchObject({ trigger: 'SWEEP', sweep: { id }, dataset: { id: dataset.id } });
      expect(trial.run.hyperparameters).toMatchObject({
        ...drawn,
        epochs: trial.rung === 1 ? 2 : 6,
        augmentation: { noise: 4, wordDropout: 0.3 },
      });
    }
    expect(sweep.ranges[1]).toEqual({
      hyperparameter: 'freezing',
      distribution: 'CHOICE',
      from: null,
      to: null,
      choices: ['none', 'all-but-last-2-layers'],
      influence: null,
    });
    expect(sweep.plotSvg).toMatch(/^<svg .*<\/svg>$/s);
    const { sweep: drawn } = await ask(
      'query ($id: ID!) { sweep(id: $id) { plotSvg(hyperparameter: "batchSize") } }',
      { id },
    );
    expect(drawn.plotSvg).toContain('>batchSize</text>');
    const { errors } = await post(
      'query ($id: ID!) { sweep(id: $id) { plotSvg(hyperparameter: "epochs") } }',
      { id },
    );
    expect(errors?.[0]?.message).toMatch(/no range of "epochs"; it has learningRate, freezing, batchSize/);
  });

  it('are listed newest first, page by page, and cancelled', async () => {
    const range = '{ hyperparameter: "learningRate", distribution: UNIFORM, from: 0, to: 1 }';
    const { startSweep } = await ask(
      `mutation { startSweep(input: { kind: RANDOM, trials: 2, ranges: [${range}] }) { id number } }`,
    );
    const { sweeps } = await ask(
      '{ sweeps(first: 1) { totalCount edges { node { id } cursor } pageInfo { hasNextPage } } }',
    );
    expect(sweeps).toMatchObject({ totalCount: 2, pageInfo: { hasNextPage: true } });
    expect(sweeps.edges[0].node.id).toBe(startSweep.id);
    const next = await ask(
      'query ($after: String) { sweeps(after: $after) { edges { node { number kind } } } }',
      {
        after: sweeps.edges[0].cursor,
      },
    );
    expect(next.sweeps.edges).toEqual([
      { node: { number: startSweep.number - 1, kind: 'SUCCESSIVE_HALVING' } },
    ]);
    const cancelled = await ask('mutation ($id: ID!) { cancelSweep(id: $id) { status statusReason } }', {
      id: startSweep.id,
    });
    expect(cancelled.cancelSweep).toEqual({ status: 'CANCELLED', statusReason: 'Cancelled while it ran' });
    expect(await ask('{ sweep(id: "none") { id } }')).toEqual({ sweep: null });
  });

  it.each([
    ['distribution: CHOICE, from: 0, to: 1', /learningRate is CHOICE: give it choices, and no from and to/],
    ['distribution: UNIFORM, from: 0', /learningRate is UNIFORM: give it from and to, and no choices/],
    ['distribution: UNIFORM, from: 0, to: 2', /learningRate is 2, but must be a number from 0 to 1/],
    ['distribution: CHOICE, choices: ["high"]', /has the choice "high", but must have a number/],
  ])('are refused with a reason: %s', async (range, reason) => {
    const ranges = `[{ hyperparameter: "learningRate", ${range} }]`;
    const refusal = await refusalOf(
      `mutation { startSweep(input: { kind: RANDOM, trials: 2, ranges: ${ranges} }) { id } }`,
    );
    expect(refusal).toMatch(reason);
  });
});

describe('the settings of a run, over GraphQL', () => {
  it('have freezing and each augmentation, kept with the run; what is not given has its default', async () => {
    const { startTrainingRun: run } = await ask(`mutation { startTrainingRun(input: { hyperparameters: {
      freezing: "all-but-last-1-layers", schedule: "cosine", classWeighting: "balanced", groupByLength: false,
      gradientCheckpointing: true, augmentation: { rotation: 2, wordDropout: 0 }
    } }) { id status } }`);
    expect(run.status).toBe('QUEUED');
    const { trainingRun } = await ask(
      `query ($id: ID!) { trainingRun(id: $id) { hyperparameters {
        freezing schedule classWeighting groupByLength gradientCheckpointing
        augmentation { rotation wordDropout boxJitter brightness imageDropout }
      } } }`,
      { id: run.id },
    );
    expect(trainingRun.hyperparameters).toEqual({
      freezing: 'all-but-last-1-layers',
      schedule: 'cosine',
      classWeighting: 'balanced',
      groupByLength: false,
      gradientCheckpointing: true,
      augmentation: { rotation: 2, wordDropout: 0, boxJitter: 20, brightness: 0.1, imageDropout: 0 },
    });
  });

  it('tell the default of a run from scratch by name, and show runs from before there was a change', async () => {
    const { startTrainingRun: run } = await ask(
      'mutation { startTrainingRun { id hyperparameters { freezing } } }',
    );
    expect(run.hyperparameters.freezing).toBe('backbone-from-scratch');
    const old = { augmentation: { wordDropout: 0.1 }, freezing: { freezeAt: 3 } };
    await database.query('update training_runs set hyperparameters = hyperparameters || $1 where id = $2', [
      JSON.stringify(old),
      run.id,
    ]);
    const { trainingRun } = await ask(
      `query ($id: ID!) { trainingRun(id: $id) { hyperparameters { freezing augmentation { wordDropout rotation } } } }`,
      { id: run.id },
    );
    expect(trainingRun.hyperparameters).toEqual({
      freezing: '{"freezeAt":3}',
      augmentation: { wordDropout: 0.1, rotation: 0 },
    });
  });

  it.each([
    ['freezing: "some"', /There is no freezing "some"; there are none, stem-and-res2, backbone/],
    ['schedule: "steps"', /schedule is "steps", but must be one of constant, linear, cosine/],
    ['classWeighting: "rare"', /classWeighting is "rare", but must be one of none, balanced/],
    ['augmentation: { rotation: 90 }', /augmentation\.rotation is 90, but must be a number from 0 to 45/],
    ['augmentation: { imageDropout: 0.6, textDropout: 0.6 }', /must be at most 1 together/],
  ])('are refused beyond their limits: %s', async (given, reason) => {
    const refusal = await refusalOf(
      `mutation { startTrainingRun(input: { hyperparameters: { ${given} } }) { id } }`,
    );
    expect(refusal).toMatch(reason);
  });
});
