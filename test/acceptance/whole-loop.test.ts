import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Classeur, makeDataDir, startClasseur, waitFor, waitUntilSettled } from '../support/classeur.js';
import { type DocumentKind, documentKinds, type MadeAs, makeDocument } from '../support/make-documents.js';

// The loop of the product over HTTP, as a user goes through it: every part is real, the network is the tiny one.

// Of each kind: mostly PDFs with words in them (quick to read), and each way a scan arrives.
const forms: MadeAs[] = [
  'pdf',
  'pdf',
  'png',
  'pdf',
  'pdf',
  'scanned-pdf',
  'pdf',
  'pdf',
  'jpeg',
  'pdf',
  'pdf',
  'tiff',
];
const minutes = 60_000;

let dataDir: Awaited<ReturnType<typeof makeDataDir>>;
let classeur: Classeur;

beforeAll(async () => {
  dataDir = await makeDataDir();
  classeur = await startClasseur({ DATA_DIR: dataDir.path, MODEL_SIZE: 'tiny', ENGINE: 'wasm' });
});

afterAll(async () => {
  await classeur.stop();
  await dataDir.remove();
});

const documentsOf = (kind: DocumentKind) =>
  Promise.all(forms.map((as, index) => makeDocument({ kind, seed: index + 1, as })));

describe('from upload to a correct prediction', () => {
  it('answers a document that nobody has labelled, before there is a model: ready, without prediction, in review', async () => {
    const [result] = await classeur.upload([await makeDocument({ kind: 'letter', seed: 100, as: 'png' })]);
    expect(result).toMatchObject({ duplicate: false, error: null });
    await waitUntilSettled(classeur, 3 * minutes);
    const { document } = await classeur.ask<{ document: Record<string, unknown> }>(
      `query ($id: ID!) { document(id: $id) {
        status needsReview prediction { id } label { id } text failure { message }
        pages { number wordSource width words { text box confidence } }
      } }`,
      { id: result?.document?.id },
    );
    expect(document).toMatchObject({
      status: 'READY',
      failure: null,
      needsReview: true,
      prediction: null,
      label: null,
      text: expect.stringMatching(/sincerely|regards|faithfully|yours/i),
      pages: [{ number: 1, wordSource: 'tesseract' }],
    });
  });

  it('says why it cannot learn yet', async () => {
    const { startTrainingRun } = await classeur.ask<{ startTrainingRun: Record<string, unknown> }>(
      'mutation { startTrainingRun { status statusReason dataset { id } modelVersion { id } } }',
    );
    expect(startTrainingRun).toEqual({
      status: 'SKIPPED',
      statusReason: expect.stringContaining('No document has been labelled'),
      dataset: null,
      modelVersion: null,
    });
  });

  it(
    'takes labelled documents, learns from them and classifies unseen ones rightly',
    async () => {
      const watched = classeur.subscribe<{ documentUpdated: { id: string; status: string } }>(
        'subscription { documentUpdated { id status } }',
      );
      const watchedRuns = classeur.subscribe<{
        trainingRunUpdated: { status: string; progress: { secondsLeft: number | null } | null };
      }>('subscription { trainingRunUpdated { status progress { epoch step secondsLeft } } }');

      // Two kinds are labelled as they are uploaded, the third by hand afterwards.
      for (const kind of ['invoice', 'letter'] as const) {
        const results = await classeur.upload(await documentsOf(kind), kind);
        expect(results.map(({ error }) => error)).toEqual(forms.map(() => null));
        expect(results.every(({ document }) => document?.label?.name === kind)).toBe(true);
      }
      const { createLabel } = await classeur.ask<{ createLabel: { id: string } }>(
        'mutation { createLabel(input: { name: "form" }) { id } }',
      );
      const forms3 = await classeur.upload(await documentsOf('form'));
      await waitUntilSettled(classeur, 5 * minutes);
      for (const { document } of forms3) {
        const { correctLabel } = await classeur.ask<{ correctLabel: Record<string, unknown> }>(
          `mutation ($documentId: ID!, $labelId: ID!) { correctLabel(documentId: $documentId, labelId: $labelId, note: "by hand") {
          status labelSource needsReview decisions { note decidedBy label { name } previousLabel { name } prediction { id } }
        } }`,
          { documentId: document?.id, labelId: createLabel.id },
        );
        expect(correctLabel).toEqual({
          status: 'READY',
          labelSource: 'HUMAN',
          needsReview: false,
          decisions: [
            {
              note: 'by hand',
              decidedBy: 'local',
              label: { name: 'form' },
              previousLabel: null,
              prediction: null,
            },
          ],
        });
      }

      const { startTrainingRun } = await classeur.ask<{
        startTrainingRun: { id: string; status: string; statusReason: string };
      }>('mutation { startTrainingRun(input: { hyperparameters: { seed: 7 } }) { id status statusReason } }');
      expect(startTrainingRun).toMatchObject({ status: 'QUEUED', statusReason: null });
      const run = await waitFor('the run to end', 5 * minutes, async () => {
        const { trainingRun } = await classeur.ask<{ trainingRun: TrainedRun }>(runQuery, {
          id: startTrainingRun.id,
        });
        return ['QUEUED', 'RUNNING'].includes(trainingRun.status) ? null : trainingRun;
      });
      expect(run).toMatchObject({ status: 'SUCCEEDED', engine: 'wasm' });
      expect(run.dataset.counts).toHaveLength(9);
      expect(run.epochs.length).toBeGreaterThan(0);
      expect(run.series.length).toBeGreaterThan(run.epochs.length);
      expect(run.series.at(-1)?.value).toBeLessThan(run.series[0]?.value ?? 0);
      // Twelve documents a kind, two or three of each in the holdout: nearly all must be right.
      expect(run.metrics.accuracy).toBeGreaterThanOrEqual(0.8);
      expect(run.metrics.support).toBe(run.confusion.reduce((sum, { count }) => sum + count, 0));
      expect(run.perClass.map(({ label }) => label.name).sort()).toEqual(['form', 'invoice', 'letter']);
      // Of a run from nothing that has so few documents the average serves; somebody tries its text classifier alone, and goes back.
      expect(run.modelVersion).toMatchObject({ architecture: 'average', aliases: ['serving'] });
      const text = run.modelVersions.find(({ architecture }) => architecture === 'TF-IDF');
      const promote = async (id: string | undefined) => {
        const { promoteModel } = await classeur.ask<{ promoteModel: Record<string, unknown> }>(
          'mutation ($id: ID!) { promoteModel(id: $id) { number architecture aliases } }',
          { id },
        );
        return promoteModel;
      };
      expect(await promote(text?.id)).toEqual({
        number: text?.number,
        architecture: 'TF-IDF',
        aliases: ['serving'],
      });
      expect(await promote(run.modelVersion.id)).toMatchObject({ architecture: 'average' });

      // Unseen ones, and the one uploaded before there was a model.
      const unseen = await Promise.all(
        documentKinds.map((kind) => makeDocument({ kind, seed: 50, as: 'pdf' })),
      );
      const results = await classeur.upload(unseen);
      await waitFor('the unseen documents to be scored', 3 * minutes, async () => {
        const { documents } = await classeur.ask<{ documents: { totalCount: number } }>(
          '{ documents(filter: { statuses: [READY] }) { totalCount } }',
        );
        return documents.totalCount === 3 * forms.length + 4 ? true : null;
      });
      for (const [index, { document }] of results.entries()) {
        const { document: scored } = await classeur.ask<{ document: ScoredDocument }>(scoreQuery, {
          id: document?.id,
        });
        expect(scored.prediction.label.name).toBe(unseen[index]?.kind);
        expect(scored.prediction).toMatchObject({
          engine: 'wasm',
          truncatedTokens: expect.any(Number),
          modelVersion: { number: run.modelVersion.number },
        });
        expect(scored.prediction.scores.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1, 5);
        expect(scored.prediction.confidence).toBeCloseTo(
          scored.prediction.scores[0]?.score ?? Number.NaN,
          12,
        );
        expect(scored.pages[0]?.prediction.label.name).toBe(unseen[index]?.kind);
      }
      const old = await waitFor('the older document to be scored', 1 * minutes, async () => {
        const { documents } = await classeur.ask<{ documents: { edges: { node: ScoredDocument }[] } }>(
          '{ documents(filter: { filename: "letter-100" }) { edges { node { prediction { label { name } } } } } }',
        );
        return documents.edges[0]?.node.prediction ?? null;
      });
      expect(old.label.name).toBe('letter');

      await watched.close();
      await watchedRuns.close();
      const stages = new Set(watched.received.map(({ documentUpdated }) => documentUpdated.status));
      expect([...stages]).toEqual(expect.arrayContaining(['RENDERING', 'READING', 'CLASSIFYING', 'READY']));
      const runStages = new Set(
        watchedRuns.received.map(({ trainingRunUpdated }) => trainingRunUpdated.status),
      );
      expect([...runStages]).toEqual(expect.arrayContaining(['RUNNING', 'SUCCEEDED']));
      // Some time is left while it learns, none is told once it is over.
      const told = watchedRuns.received.map(({ trainingRunUpdated: { status, progress } }) => ({
        status,
        secondsLeft: progress?.secondsLeft ?? null,
      }));
      expect(told.some(({ status, secondsLeft }) => status === 'RUNNING' && (secondsLeft ?? 0) > 0)).toBe(
        true,
      );
      expect(told.find(({ status }) => status === 'SUCCEEDED')?.secondsLeft).toBeNull();
    },
    15 * 60_000,
  );

  it('finds documents by their words and confirms what the model says', async () => {
    const { documents } = await classeur.ask<{
      documents: { totalCount: number; edges: { node: { id: string } }[] };
    }>('{ documents(filter: { text: "invoice" }, first: 100) { totalCount edges { node { id } } } }');
    expect(documents.totalCount).toBeGreaterThanOrEqual(forms.length);
    const { documents: unseen } = await classeur.ask<{ documents: { edges: { node: { id: string } }[] } }>(
      '{ documents(filter: { filename: "letter-50" }) { edges { node { id } } } }',
    );
    const { confirmLabel } = await classeur.ask<{ confirmLabel: Record<string, unknown> }>(
      `mutation ($id: ID!) { confirmLabel(documentId: $id) {
        label { name } labelSource decisions { prediction { label { name } } }
      } }`,
      { id: unseen.edges[0]?.node.id },
    );
    expect(confirmLabel).toEqual({
      label: { name: 'letter' },
      labelSource: 'HUMAN',
      decisions: [{ prediction: { label: { name: 'letter' } } }],
    });
  });
});

type TrainedRun = {
  status: string;
  engine: string;
  dataset: { counts: unknown[] };
  epochs: { epoch: number }[];
  series: { step: number; value: number }[];
  metrics: { accuracy: number; support: number };
  confusion: { count: number }[];
  perClass: { label: { name: string } }[];
  modelVersion: { id: string; number: number };
  modelVersions: { id: string; number: number; architecture: string }[];
};

const runQuery = `query ($id: ID!) { trainingRun(id: $id) {
  status statusReason engine device progress { epoch step totalSteps }
  dataset { counts { label { name } split documents } }
  epochs { epoch trainLoss validationLoss validationAccuracy validationMacroF1 learningRate durationMs isBest }
  series(metric: "loss") { step value at }
  metrics { accuracy accuracyLow accuracyHigh macroF1 loss ece support }
  perClass { label { name } precision recall f1 support }
  confusion { actual { name } predicted { name } count documents { edges { node { confidence document { filename } } } } }
  modelVersion { id number architecture parameterCount licence aliases labels { name } }
  modelVersions { id number architecture }
} }`;

type ScoredDocument = {
  prediction: {
    label: { name: string };
    confidence: number;
    scores: { score: number }[];
  };
  pages: { prediction: { label: { name: string } } }[];
};

const scoreQuery = `query ($id: ID!) { document(id: $id) {
  status label { name } labelSource needsReview
  prediction { label { name } confidence entropy margin engine device durationMs truncatedTokens
    modelVersion { number } scores(top: 3) { label { name } score } }
  pages { prediction { label { name } confidence } }
} }`;
