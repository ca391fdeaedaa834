import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { describe, expect, inject, it } from 'vitest';
import { buildApi, buildHandlers } from '../src/app.js';
import { readConfig } from '../src/config.js';
import { type Fact, jobs, jobsAfter } from '../src/pipeline.js';
import { connectDatabase } from '../src/platform/database/database.js';
import { buildGraphqlSchema, createLiveFeed } from '../src/platform/graphql/schema.js';
import { createId } from '../src/shared/ids.js';
import { silentLog } from './support/log.js';

const [documentId, pageId, otherPageId, modelVersionId, runId, labelId] = [
  createId(),
  createId(),
  createId(),
  createId(),
  createId(),
  createId(),
];

describe('the pipeline', () => {
  const render = { job: 'render-document', payload: { documentId } };
  const read = [pageId, otherPageId].map((id) => ({ job: 'read-page', payload: { documentId, pageId: id } }));
  const classify = { job: 'classify-document', payload: { documentId } };
  const group = { job: 'group-duplicates', payload: { documentId } };
  const check = { job: 'check-training', payload: {} };
  const pageIds = [pageId, otherPageId];

  it.each<[Fact, object[]]>([
    [{ name: 'documentUploaded', documentId }, [render]],
    [{ name: 'pagesRendered', documentId, pageIds }, read],
    [{ name: 'wordsRead', documentId }, [classify, group]],
    [{ name: 'documentRetried', documentId, stage: 'RENDERING', pageIds: [] }, [render]],
    [{ name: 'documentRetried', documentId, stage: 'READING', pageIds }, read],
    [{ name: 'documentRetried', documentId, stage: 'CLASSIFYING', pageIds }, [classify]],
    [
      { name: 'documentSplit', documentId: labelId, partIds: [documentId] },
      [classify, { job: 'extract-part', payload: { documentId } }],
    ],
    [{ name: 'splitUndone', documentId }, [classify]],
    [
      { name: 'servingModelChanged', modelVersionId },
      [
        { job: 'classify-backlog', payload: { modelVersionId, after: null } },
        { job: 'collect-model-files', payload: {} },
      ],
    ],
    [{ name: 'backlogListed', documentIds: [documentId] }, [classify]],
    [{ name: 'backlogListed', documentIds: [] }, []],
    [
      { name: 'modelImportRequested', modelVersionId },
      [{ job: 'import-model', payload: { modelVersionId } }],
    ],
    [
      { name: 'backlogContinues', modelVersionId, after: documentId },
      [{ job: 'classify-backlog', payload: { modelVersionId, after: documentId } }],
    ],
    [{ name: 'labelDecided', documentId, labelId }, [check]],
    [{ name: 'decisionRevoked', documentId }, [check]],
    [{ name: 'driftReferenceWanted', documentIds: [documentId] }, [classify]],
    [
      { name: 'labelsMerged', sourceId: labelId, targetId: createId() },
      [{ job: 'refresh-labels', payload: { after: null } }],
    ],
    [
      { name: 'labelRefreshContinues', after: documentId },
      [{ job: 'refresh-labels', payload: { after: documentId } }],
    ],
    [
      { name: 'shadowScoreWanted', documentId, modelVersionId },
      [{ job: 'score-in-shadow', payload: { documentId, modelVersionId } }],
    ],
    [
      { name: 'reclassificationRequested', reclassificationId: runId },
      [{ job: 'reclassify', payload: { reclassificationId: runId } }],
    ],
    [
      { name: 'reclassificationContinues', reclassificationId: runId },
      [{ job: 'reclassify', payload: { reclassificationId: runId } }],
    ],
    [{ name: 'runRequested', runId }, [{ job: 'run-training', payload: { runId } }]],
    [{ name: 'runFinished', runId, status: 'SUCCEEDED' }, [{ job: 'collect-model-files', payload: {} }]],
  ])('after %j does %j', (fact, expected) => {
    const following = jobsAfter(fact);
    expect(following.map(({ definition, payload }) => ({ job: definition.name, payload }))).toEqual(expected);
    // What a job is given is what it will accept.
    for (const { definition, payload } of following)
      expect(definition.payload.parse(payload)).toEqual(payload);
  });

  it('knows each job by one name', () => {
    const names = jobs.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { maxAttempts } of jobs) expect(maxAttempts).toBeGreaterThan(0);
  });
});

describe('the program', () => {
  const config = readConfig({ DATA_DIR: join(tmpdir(), 'classeur-nothing-is-written-here') });
  // Connects when it is first asked, which is never.
  const connection = connectDatabase(inject('adminUrl'), { maxConnections: 1 });
  const surroundings = { config, connection, log: silentLog };

  it('has one handler for every job, and can let go of all it holds', async () => {
    const { handlers, close } = buildHandlers(surroundings);
    const names = handlers.map(({ definition }) => definition.name);
    expect(names.sort()).toEqual(jobs.map(({ name }) => name).sort());
    await close();
  });

  it('answers by the schema that is published', async () => {
    const { resolvers } = buildApi(surroundings);
    const schema = await buildGraphqlSchema(resolvers, createLiveFeed());
    const published = await readFile(join(import.meta.dirname, '..', 'schema.graphql'), 'utf8');
    expect(published.trim()).toContain(printSchema(lexicographicSortSchema(schema)).trim());
  });
});
