import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRefreshLabel } from '../../src/classification/assign-labels.js';
import { createClassifyBacklog } from '../../src/classification/classify-backlog.js';
import { createClassifyDocument } from '../../src/classification/classify-document.js';
import {
  createServingClassifier,
  type ServingClassifier,
} from '../../src/classification/serving-classifier.js';
import { createFailDocument } from '../../src/documents/change-status.js';
import { createPromoteModel } from '../../src/models/promote-model.js';
import { type Fact, jobsAfter } from '../../src/pipeline.js';
import type { Transaction } from '../../src/platform/database/database.js';
import type { JobHandler } from '../../src/platform/jobs/job.js';
import { enqueueJobs } from '../../src/platform/jobs/job-queue.repository.js';
import { type JobRunner, startJobRunner } from '../../src/platform/jobs/job-runner.js';
import { silentLog } from '../support/log.js';
import { createServingWorld, type ServingWorld } from '../support/serving.js';
import { waitFor } from '../support/wait-for.js';

let world: ServingWorld;
const runners: JobRunner[] = [];
const classifiers: ServingClassifier[] = [];
beforeAll(async () => {
  world = await createServingWorld();
});
afterAll(async () => {
  for (const runner of runners) await runner.stop();
  for (const classifier of classifiers) await classifier.close();
  await world.close();
});

const announce = (tx: Transaction, fact: Fact) => enqueueJobs(tx, jobsAfter(fact));

/** A worker with a model in memory of its own, as each process has; counts what it scores by which model. */
async function startWorker(scoredBy: Map<string, number>) {
  const { database, log, store, encodePage } = world;
  const dependencies = { ...log, connection: database.connection, announce };
  const servingClassifier = createServingClassifier({ ...dependencies, store, enginePreference: 'wasm' });
  classifiers.push(servingClassifier);
  const classify = createClassifyDocument({
    ...dependencies,
    encodePage,
    servingClassifier: {
      ...servingClassifier,
      withServingModel: (use) =>
        servingClassifier.withServingModel(async (model) => {
          scoredBy.set(model.version.id, (scoredBy.get(model.version.id) ?? 0) + 1);
          return await use(model);
        }),
    },
    refreshLabel: createRefreshLabel({ threshold: 0.8 }),
    failDocument: createFailDocument(dependencies),
  });
  const backlog = createClassifyBacklog({ ...dependencies, log: silentLog });
  runners.push(
    await startJobRunner({
      databaseUrl: database.url,
      lane: 'worker',
      concurrency: 2,
      handlers: [classify, backlog] as JobHandler<never>[] as JobHandler[],
      log: silentLog,
    }),
  );
}

describe('a promotion while two workers classify', () => {
  it('reaches both without restart; no document is lost, and none is scored twice by a model', async () => {
    const { database, make } = world;
    const { database: reader } = database.connection;
    const promoteModel = createPromoteModel({ ...world.log, connection: database.connection, announce });
    const [invoice, letter] = [await make.makeLabel('invoice'), await make.makeLabel('letter')];
    const before = await world.makeModel([invoice, letter], [4, 0]);
    const after = await world.makeModel([invoice, letter], [0, 4]);
    await promoteModel(before.id);
    const ids: string[] = [];
    for (let count = 0; count < 60; count += 1) {
      ids.push((await world.makeDocument({ status: 'CLASSIFYING' })).id);
    }
    const perWorker = [new Map<string, number>(), new Map<string, number>()];
    for (const scoredBy of perWorker) await startWorker(scoredBy);
    await database.connection.transaction(async (tx) => {
      for (const documentId of ids) await announce(tx, { name: 'wordsRead', documentId });
    });
    await waitFor('both workers to have scored documents', async () =>
      perWorker.every((scoredBy) => (scoredBy.get(before.id) ?? 0) > 2),
    );
    await promoteModel(after.id);
    await waitFor('all documents to have the label of the new model', async () => {
      return (await reader.document.count({ where: { labelId: letter, status: 'READY' } })) === ids.length;
    });
    const scored = await reader.prediction.groupBy({
      by: ['documentId', 'modelVersionId'],
      where: { pageId: null },
      _count: true,
    });
    expect(scored.every(({ _count }) => _count === 1)).toBe(true);
    const ofNew = scored.filter(({ modelVersionId }) => modelVersionId === after.id);
    expect(ofNew.map(({ documentId }) => documentId).sort()).toEqual([...ids].sort());
    // Both have worked with both.
    for (const scoredBy of perWorker)
      expect([...scoredBy.keys()].sort()).toEqual([before.id, after.id].sort());
    const failed = await reader.document.count({ where: { status: { not: 'READY' } } });
    expect(failed).toBe(0);
  });
});
