import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { graphql } from 'graphql';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApi, buildHandlers } from '../../src/app.js';
import { createEncodeStoredPage } from '../../src/classification/encode-page.js';
import { createModelHolder, type ModelHolder } from '../../src/classification/model-holder.js';
import { createScoreDocument } from '../../src/classification/score-document.js';
import { readConfig } from '../../src/config.js';
import { listPagesOfDocuments } from '../../src/documents/document-access.js';
import { getReadyModelVersion } from '../../src/models/get-model-version.js';
import { createRequireLicence } from '../../src/models/licence.js';
import { createModelStore } from '../../src/models/model-store.js';
import { jobsAfter } from '../../src/pipeline.js';
import { createDiskBlobStorage } from '../../src/platform/disk-blob-storage.js';
import { createContext } from '../../src/platform/graphql/context.js';
import { buildGraphqlSchema, createLiveFeed } from '../../src/platform/graphql/schema.js';
import { enqueueJobs } from '../../src/platform/jobs/job-queue.repository.js';
import { type JobRunner, startJobRunner } from '../../src/platform/jobs/job-runner.js';
import { waitFor } from '../support/classeur.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createChance } from '../support/document-texts.js';
import { silentLog } from '../support/log.js';
import { createPaperMaker, type Paper } from '../support/paper-maker.js';
import { createRecordMaker, type RecordMaker } from '../support/records.js';

// The learning loop for some rounds, with a simulated reviewer who works over the API and knows the truth. All parts are
// real: PostgreSQL, the job queue, the network, the text classifier, the gate. Only rendering and reading are left out: papers
// come in read. Everything that is drawn is drawn by a seed; in which order jobs come to their end is not, so the figures differ a
// little from one time to the next.

const kinds = ['claim', 'delivery note', 'invoice', 'order', 'report', 'statement'];
const seed = 7;
const unseenPapers = 240;
/** In the first round there is no model yet: a few labels make one. */
const firstReviews = 60;
/** What a later round brings in; the reviewer decides those that the queue puts first. */
const uploadsPerRound = 160;
const reviewsPerRound = 100;
/** More in the last, so that what is learnt from it is better than the first model beyond chance, whatever the order of jobs. */
const lastUploads = 240;
const lastReviews = 180;
const minutes = 60_000;

type Gate = {
  verdict: string;
  code: string;
  reason: string;
  support: number;
  candidate: { macroF1: number } | null;
  serving: { macroF1: number } | null;
};
type Run = {
  number: number;
  status: string;
  statusReason: string | null;
  trigger: string;
  gateDecision: Gate | null;
  modelVersion: { id: string; architecture: string } | null;
};
type Round = {
  what: string;
  /** Documents that people have decided. */
  decided: number;
  run: Run;
  servingId: string;
  /** On papers that nobody has uploaded: of what the run has made, and of what serves after the gate has judged that. */
  candidateAccuracy: number;
  accuracy: number;
};

describe('a reviewer who works through the queue round by round', () => {
  let database: TestDatabase;
  let make: RecordMaker;
  let folder: string;
  let ask: <Data>(source: string, variables?: Record<string, unknown>) => Promise<Data>;
  let holder: ModelHolder;
  /** The share of unseen papers that a model version has right. */
  let measure: (modelVersionId: string) => Promise<number>;
  const runners: JobRunner[] = [];
  const closings: (() => Promise<void>)[] = [];
  const truth = new Map<string, string>();
  const labelIds = new Map<string, string>();
  const papers = createPaperMaker(kinds, seed);
  const chance = createChance(seed);
  let imageSha256 = '';
  let made = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
    make = createRecordMaker(database);
    folder = await mkdtemp(join(tmpdir(), 'reviewer-'));
    const { connection } = database;
    const config = readConfig({
      DATA_DIR: folder,
      MODEL_SIZE: 'tiny',
      ENGINE: 'wasm',
      STARTER_MODEL: 'none',
      LABEL_THRESHOLD: '0.9',
    });
    const blobs = createDiskBlobStorage({ folder: join(folder, 'blobs') });
    const picture = sharp({ create: { width: 30, height: 40, channels: 3, background: '#fff' } });
    const image = await picture.png().toBuffer();
    imageSha256 = (await blobs.write(Readable.from([image]), { maxBytes: image.length })).sha256;

    const { resolvers } = buildApi({ config, connection, log: silentLog });
    const schema = await buildGraphqlSchema(resolvers, createLiveFeed());
    ask = async <Data>(source: string, variableValues: Record<string, unknown> = {}) => {
      const contextValue = createContext({ baseUrl: '', viewer: { name: 'ann' } });
      const { data, errors } = await graphql({ schema, source, variableValues, contextValue });
      if (errors) throw errors[0]?.originalError ?? errors[0];
      return data as Data;
    };
    const { handlers, close } = buildHandlers({ config, connection, log: silentLog });
    closings.push(close);
    for (const lane of ['worker', 'trainer'] as const) {
      // One at a time, so that the same documents are scored in the same order each time.
      const options = { databaseUrl: database.url, lane, concurrency: 1, handlers, log: silentLog };
      runners.push(await startJobRunner(options));
    }

    const requireLicence = createRequireLicence({ allowNoncommercial: true });
    const store = createModelStore(join(folder, 'models'));
    const encodePage = createEncodeStoredPage({ connection, blobs });
    holder = createModelHolder({ connection, store, requireLicence, enginePreference: 'wasm' });
    const scoreDocument = createScoreDocument({ connection, encodePage });
    // Papers that never come to the office: nobody reviews them, no run learns them.
    const unseen: string[] = [];
    for (let count = 0; count < unseenPapers; count += 1) unseen.push(await bring('QUEUED'));
    measure = async (modelVersionId) => {
      const pagesOf = await listPagesOfDocuments(connection.database, unseen);
      const { signal } = new AbortController();
      const find = () => getReadyModelVersion(connection.database, modelVersionId);
      const said = await holder.withModel(find, (model) =>
        Promise.all(unseen.map((id, index) => scoreDocument(model, id, pagesOf[index] ?? [], signal))),
      );
      // Of a document as a whole is what comes last.
      const right = unseen.filter((id, index) => said?.[index]?.at(-1)?.labelId === labelOf(id));
      return right.length / unseen.length;
    };
    for (const name of kinds) {
      const { createLabel } = await ask<{ createLabel: { id: string } }>(
        'mutation ($name: String!) { createLabel(input: { name: $name }) { id } }',
        { name },
      );
      labelIds.set(name, createLabel.id);
    }
  });

  afterAll(async () => {
    for (const runner of runners) await runner.stop();
    for (const close of closings) await close();
    await holder.close();
    await database.close();
    await rm(folder, { recursive: true });
  });

  const labelOf = (documentId: string) => labelIds.get(truth.get(documentId) ?? '') ?? '';

  /** A paper as a document that has been read. */
  async function bring(status: 'QUEUED' | 'CLASSIFYING'): Promise<string> {
    const paper: Paper = papers.make();
    made += 1;
    // Splits are drawn by the id: the same each time.
    const id = `01900000-0000-7000-8000-${made.toString(16).padStart(12, '0')}`;
    const texts = [paper.words.join(' ')];
    const { pageIds } = await make.makeDocument({ id, status, texts, reviewDraw: chance.next() });
    await database.query('update pages set image_sha256 = $1 where document_id = $2', [imageSha256, id]);
    await database.query('update page_words set boxes = $1 where page_id = any($2)', [paper.boxes, pageIds]);
    truth.set(id, paper.kind);
    return id;
  }

  async function upload(count: number): Promise<void> {
    const ids: string[] = [];
    for (let index = 0; index < count; index += 1) ids.push(await bring('CLASSIFYING'));
    await database.connection.transaction(async (tx) => {
      const jobs = ids.flatMap((documentId) => jobsAfter({ name: 'wordsRead', documentId }));
      await enqueueJobs(tx, jobs);
    });
    await waitUntilIdle();
  }

  /** All jobs are done, but the look whether a run is to begin, which waits for more decisions. */
  const waitUntilIdle = () =>
    waitFor('the jobs to be done', 10 * minutes, async () => {
      const rows = await database.query(
        `select from graphile_worker.jobs where task_identifier <> 'check-training' limit 1`,
      );
      return rows.length === 0 ? true : null;
    });

  const setPolicy = (input: Record<string, unknown>) =>
    ask('mutation ($input: TrainingPolicyInput!) { updateTrainingPolicy(input: $input) { newDecisions } }', {
      input,
    });

  /** Decides documents of the queue as they are: agrees with the model where it is right. */
  async function review(count: number): Promise<void> {
    for (let left = count; left > 0; ) {
      const { claimReview } = await ask<{
        claimReview: { id: string; prediction: { label: { id: string } } | null }[];
      }>('mutation ($first: Int!) { claimReview(first: $first) { id prediction { label { id } } } }', {
        first: Math.min(left, 50),
      });
      expect(claimReview.length).toBeGreaterThan(0);
      left -= claimReview.length;
      const isRight = (document: (typeof claimReview)[number]) =>
        document.prediction?.label.id === labelOf(document.id);
      await ask('mutation ($ids: [ID!]!) { confirmLabels(documentIds: $ids) { error { code } } }', {
        ids: claimReview.filter(isRight).map(({ id }) => id),
      });
      await correct(
        claimReview
          .filter((document) => !isRight(document))
          .map(({ id }) => ({ documentId: id, labelId: labelOf(id) })),
      );
    }
  }

  async function correct(corrections: { documentId: string; labelId: string }[]): Promise<void> {
    const { correctLabels } = await ask<{ correctLabels: { error: { code: string } | null }[] }>(
      'mutation ($all: [CorrectionInput!]!) { correctLabels(corrections: $all) { error { code } } }',
      { all: corrections },
    );
    expect(correctLabels.every(({ error }) => error === null)).toBe(true);
  }

  /** Documents from which the last run has learnt. */
  async function listTrained(): Promise<string[]> {
    const rows = await database.query<{ document_id: string }>(
      `select document_id from dataset_items where split = 'TRAIN' and snapshot_id =
       (select id from dataset_snapshots order by id desc limit 1) order by document_id`,
    );
    return rows.map(({ document_id }) => document_id);
  }

  async function correctInParts(corrections: { documentId: string; labelId: string }[]): Promise<void> {
    const part = 50;
    for (let from = 0; from < corrections.length; from += part)
      await correct(corrections.slice(from, from + part));
  }

  /** The run of a round, once it is over: it begins for the corrections made, or somebody has asked for it. */
  async function awaitRun(): Promise<Run> {
    // The look whether a run is to begin waits ten seconds for more decisions, of which there are none.
    await database.query(
      `update graphile_worker._private_jobs as job set run_at = now() from graphile_worker._private_tasks as task
       where task.id = job.task_id and task.identifier = 'check-training'`,
    );
    const query = `{ trainingRuns(first: 1) { edges { node {
      number status statusReason trigger modelVersion { id architecture }
      gateDecision { verdict code reason support candidate { macroF1 } serving { macroF1 } }
    } } } }`;
    const run = await waitFor('the run of the round to end', 15 * minutes, async () => {
      const { trainingRuns } = await ask<{ trainingRuns: { edges: { node: Run }[] } }>(query);
      const newest = trainingRuns.edges[0]?.node;
      const isOver = newest?.number === rounds.length + 1 && !['QUEUED', 'RUNNING'].includes(newest.status);
      return isOver ? newest : null;
    });
    await waitUntilIdle();
    return run;
  }

  const rounds: Round[] = [];
  /** Waits for the run of a round and measures what it has come to. */
  async function finish(what: string): Promise<Round> {
    const run = await awaitRun();
    const { modelVersions, documents } = await ask<{
      modelVersions: { edges: { node: { id: string; aliases: string[] } }[] };
      documents: { totalCount: number };
    }>(`{ modelVersions(first: 50) { edges { node { id aliases } } }
          documents(filter: { labelSource: HUMAN }) { totalCount } }`);
    const servingId = modelVersions.edges.find(({ node }) => node.aliases.includes('serving'))?.node.id ?? '';
    const madeId = run.modelVersion?.id ?? '';
    const candidateAccuracy = await measure(madeId);
    const accuracy = servingId === madeId ? candidateAccuracy : await measure(servingId);
    const round = { what, run, decided: documents.totalCount, servingId, candidateAccuracy, accuracy };
    rounds.push(round);
    return round;
  }

  function print(): void {
    const figure = (value: number | null | undefined) => value?.toFixed(3) ?? '-';
    console.table(
      rounds.map(({ what, decided, run, candidateAccuracy, accuracy }) => ({
        round: what,
        decided,
        holdout: run.gateDecision?.support,
        'candidate F1': figure(run.gateDecision?.candidate?.macroF1),
        'serving F1': figure(run.gateDecision?.serving?.macroF1),
        gate: `${run.gateDecision?.verdict} ${run.gateDecision?.code}`,
        architecture: run.modelVersion?.architecture,
        'candidate on unseen': figure(candidateAccuracy),
        'serves on unseen': figure(accuracy),
      })),
    );
    for (const { what, run } of rounds) console.log(`${what}: ${run.statusReason}`);
  }

  it(
    'makes models that are better and better, and what a bad run makes never serves',
    async () => {
      const noDrift = { maxClassMixDrift: null, maxConfidenceDrift: null, maxEmbeddingDrift: null };
      await setPolicy({ newDecisions: firstReviews, debounceMinutes: 0, ...noDrift });
      // Holdouts of 32 and 68 have about five and eleven of a kind: one document, or two, are more than the usual tenth.
      await ask('mutation { setPromotionPolicy(input: { maximumClassLoss: 0.25 }) { maximumClassLoss } }');
      await upload(firstReviews);
      await review(firstReviews);
      const first = await finish('first labels');

      await setPolicy({ newDecisions: reviewsPerRound });
      await upload(uploadsPerRound);
      await review(reviewsPerRound);
      const second = await finish('review');

      // Planted: somebody gives every document that is trained on a wrong label, and lets a run learn from that.
      await setPolicy({ newDecisions: null });
      const trained = await listTrained();
      const relabel = (shift: number) =>
        correctInParts(
          trained.map((id) => {
            const kind = kinds.indexOf(truth.get(id) as (typeof kinds)[number]);
            return {
              documentId: id,
              labelId: labelIds.get(kinds[(kind + shift) % kinds.length] ?? '') ?? '',
            };
          }),
        );
      await relabel(1);
      await ask('mutation { startTrainingRun { id } }');
      const planted = await finish('planted');

      // All is put right again, which are decisions too.
      await relabel(0);
      await setPolicy({ newDecisions: trained.length + lastReviews });
      await upload(lastUploads);
      await review(lastReviews);
      const last = await finish('review again');
      print();

      expect(rounds.map(({ run }) => [run.status, run.trigger])).toEqual([
        ['SUCCEEDED', 'CORRECTIONS'],
        ['SUCCEEDED', 'CORRECTIONS'],
        ['SUCCEEDED', 'MANUAL'],
        ['SUCCEEDED', 'CORRECTIONS'],
      ]);
      expect(first.run.gateDecision).toMatchObject({ verdict: 'PROMOTED', code: 'FIRST_MODEL' });
      // The gate decides by the holdout alone, and on papers that nobody has seen it turns out to have been right.
      for (const [before, round] of [
        [first, second],
        [planted, last],
      ] as const) {
        if (round.run.gateDecision?.verdict === 'PROMOTED') {
          expect(round.run.gateDecision.code).toBe('BETTER');
          expect(round.servingId).toBe(round.run.modelVersion?.id);
          expect(round.accuracy).toBeGreaterThan(before.accuracy);
        } else {
          expect(round.run.gateDecision?.verdict).toBe('KEPT');
          expect(round.servingId).toBe(before.servingId);
          expect(round.accuracy).toBe(before.accuracy);
        }
      }
      expect([second, last].map(({ run }) => run.gateDecision?.verdict)).toContain('PROMOTED');
      expect(planted.run.gateDecision).toMatchObject({
        verdict: 'KEPT',
        code: 'NOT_BETTER',
        reason: expect.stringMatching(
          /^It is not better: macro-F1 \d.\d+ against \d.\d+ of the serving model$/,
        ),
      });
      expect(planted.servingId).toBe(second.servingId);
      expect(planted.accuracy).toBe(second.accuracy);
      // On papers that nobody has seen it is as bad as the gate has found it to be on those of the holdout.
      expect(planted.candidateAccuracy).toBeLessThan(first.accuracy);
      // Intervals of 240 papers are 6 points wide to each side.
      expect(last.accuracy).toBeGreaterThan(first.accuracy + 0.06);
    },
    // Five minutes of a core; machines that test do other things as well.
    30 * minutes,
  );
});
