import 'reflect-metadata';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ExecutionResult, type GraphQLSchema, graphql } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApi } from '../../../src/app.js';
import { findCues } from '../../../src/classification/splitting/boundary-cues.js';
import { proposeSegments } from '../../../src/classification/splitting/split-proposal.js';
import { readConfig } from '../../../src/config.js';
import { openPdf, pdfSourceOf } from '../../../src/documents/rendering/pdf-document.js';
import { loadPdfium } from '../../../src/documents/rendering/pdfium.js';
import { createPromoteModel } from '../../../src/models/promote-model.js';
import { createContext } from '../../../src/platform/graphql/context.js';
import { buildGraphqlSchema, createLiveFeed } from '../../../src/platform/graphql/schema.js';
import { createId } from '../../../src/shared/ids.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { createFactLog } from '../../support/facts.js';
import { silentLog } from '../../support/log.js';
import { createRecordMaker, type RecordMaker } from '../../support/records.js';

let database: TestDatabase;
let make: RecordMaker;
let schema: GraphQLSchema;

beforeAll(async () => {
  database = await createTestDatabase();
  make = createRecordMaker(database);
  const config = readConfig({ DATA_DIR: join(tmpdir(), 'classeur-nothing-is-written-here') });
  const { resolvers } = buildApi({ config, connection: database.connection, log: silentLog });
  schema = await buildGraphqlSchema(resolvers, createLiveFeed());
});
afterAll(() => database.close());

async function post(source: string, variableValues: Record<string, unknown>): Promise<ExecutionResult> {
  return await graphql({
    schema,
    source,
    variableValues,
    contextValue: createContext({ baseUrl: '', viewer: { name: 'ann' } }),
  });
}
async function ask(source: string, variables: Record<string, unknown>) {
  const { data, errors } = await post(source, variables);
  if (errors) throw new Error(errors.map(({ message }) => message).join('; '));
  return JSON.parse(JSON.stringify(data));
}

const proposal = `query ($id: ID!) { proposeSplit(documentId: $id) {
  document { id } modelVersion { id } segments { firstPage lastPage label { name } labelConfidence confidence reason }
} }`;

describe('a packet, over GraphQL', () => {
  it('is proposed by the scores of its pages, split as a person wants, shown with its parts, and put together again', async () => {
    const labelNames = ['invoice', 'letter', 'form', 'report', 'memo', 'receipt', 'resume', 'payslip'];
    const labelIds: string[] = [];
    for (const name of labelNames) labelIds.push(await make.makeLabel(name));
    const version = await make.makeModelVersion(labelIds);
    await createPromoteModel(createFactLog(database.connection))(version.id);
    const { id, pageIds } = await make.makeDocument({
      filename: 'scan.pdf',
      texts: Array(8).fill('Some words.'),
    });
    for (const [index, pageId] of pageIds.entries()) {
      const row = index < 4 ? 0 : 1;
      const scores = labelNames.map((_, label) => (label === row ? 0.93 : 0.01));
      const figures = {
        entropy: 0.1,
        margin: 0.9,
        engine: 'cpu',
        device: 'test',
        durationMs: 1,
        truncatedTokens: 0,
      };
      await database.connection.database.prediction.create({
        data: {
          ...{ id: createId(), documentId: id, pageId, modelVersionId: version.id, scores, ...figures },
          ...{ labelId: labelIds[row] ?? '', confidence: 0.93 },
        },
      });
    }
    const { proposeSplit } = await ask(proposal, { id });
    expect(proposeSplit).toMatchObject({
      document: { id },
      modelVersion: { id: version.id },
      segments: [
        { firstPage: 1, lastPage: 4, label: { name: 'invoice' }, reason: 'the file begins here' },
        {
          firstPage: 5,
          lastPage: 8,
          label: { name: 'letter' },
          reason: expect.stringContaining('looks like letter'),
        },
      ],
    });
    expect(proposeSplit.segments[1].labelConfidence).toBeCloseTo(0.93, 5);

    const split = await ask(
      `mutation ($id: ID!, $parts: [PartInput!]!) { splitDocument(id: $id, parts: $parts) {
        status splits { splitBy undoneAt }
        parts { filename status splitFirstPage splitFrom { id } label { name } pages { number } decisions { decidedBy } }
      } }`,
      {
        id,
        parts: [
          { firstPage: 1, lastPage: 4, labelId: labelIds[0] },
          { firstPage: 5, lastPage: 8 },
        ],
      },
    );
    const pages = [1, 2, 3, 4].map((number) => ({ number }));
    expect(split.splitDocument).toEqual({
      status: 'SPLIT',
      splits: [{ splitBy: 'ann', undoneAt: null }],
      parts: [
        {
          ...{
            filename: 'scan (pages 1-4).pdf',
            status: 'CLASSIFYING',
            splitFirstPage: 1,
            splitFrom: { id },
            pages,
          },
          ...{ label: { name: 'invoice' }, decisions: [{ decidedBy: 'ann' }] },
        },
        {
          ...{
            filename: 'scan (pages 5-8).pdf',
            status: 'CLASSIFYING',
            splitFirstPage: 5,
            splitFrom: { id },
            pages,
          },
          ...{ label: null, decisions: [] },
        },
      ],
    });
    const again = await post(proposal, { id });
    expect(again.errors?.[0]?.originalError).toMatchObject({ code: 'DOCUMENT_SPLIT' });

    const undone = await ask(
      `mutation ($id: ID!) { unsplitDocument(id: $id) {
        status parts { id } splits { undoneBy parts { status } }
      } }`,
      { id },
    );
    expect(undone.unsplitDocument).toEqual({
      status: 'READY',
      parts: [],
      splits: [{ undoneBy: 'ann', parts: [{ status: 'WITHDRAWN' }, { status: 'WITHDRAWN' }] }],
    });
  });

  it('is proposed by its print alone while no model has scored it', async () => {
    const { id, pageIds } = await make.makeDocument({ texts: ['one', 'two', 'three', 'four'] });
    for (const [index, pageId] of pageIds.entries()) {
      await make.makeWords(pageId, `Page ${(index % 2) + 1} of 2`, 'test/2');
    }
    const { proposeSplit } = await ask(proposal, { id });
    expect(proposeSplit).toMatchObject({
      modelVersion: null,
      segments: [
        { firstPage: 1, lastPage: 2, label: null, labelConfidence: null },
        { firstPage: 3, lastPage: 4, label: null },
      ],
    });
  });
});

const evalData = process.env.EVAL_DATA;
const samples = evalData === undefined ? '' : join(evalData, 'samples');

describe.runIf(existsSync(samples))('real PDFs with a text layer', () => {
  // Some seconds; more on a machine that does many things at once.
  const options = { timeout: 300_000 };
  it(
    'of one document are left whole, by what they say in print, and a packet of forms is not',
    options,
    async () => {
      const pdfium = await loadPdfium();
      const manifest = await readFile(join(samples, 'MANIFEST.tsv'), 'utf8');
      const files = manifest.split('\n').flatMap((row) => /^\S+\.pdf(?=\t)/.exec(row)?.[0] ?? []);
      const takenApart: string[] = [];
      for (const file of files) {
        const pdf = openPdf(pdfium, pdfSourceOf(await readFile(join(samples, file))));
        const looks = Array.from({ length: pdf.pageCount }, (_, index) => {
          const page = pdf.openPage(index + 1);
          const words = (page?.readTextLayer().words ?? []).map((word) => ({ ...word, confidence: null }));
          const [width, height] = [(page?.widthPoints ?? 0) / 72, (page?.heightPoints ?? 0) / 72];
          page?.close();
          return { words, isBlank: false, width, height, isInInches: true };
        });
        pdf.close();
        const scores = looks.map(() => null);
        const segments = proposeSegments({ scores, cues: findCues(looks), nameOf: String });
        if (segments.length > 1) {
          takenApart.push(`${file} ${segments.map(({ firstPage, lastPage }) => `${firstPage}-${lastPage}`)}`);
        }
      }
      // Five forms; the first names itself in its middle only.
      expect(takenApart).toEqual(['packet/document-ai-sa_001.pdf 1-2,3-3,4-4,5-5']);
    },
  );
});
