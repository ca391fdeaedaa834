import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CreateLabel, createCreateLabel } from '../../src/labels/create-label.js';
import { getLabels, getOrCreateLabel, getUsableLabel } from '../../src/labels/get-label.js';
import { cleanLabelName } from '../../src/labels/label.js';
import { createContext } from '../../src/platform/graphql/context.js';
import { createId } from '../../src/shared/ids.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createFactLog } from '../support/facts.js';
import { createRecordMaker, type RecordMaker } from '../support/records.js';
import { createReview } from '../support/review.js';

describe('the name of a label', () => {
  it.each([
    ['invoice', 'invoice'],
    ['  Letter  of\tintent\n', 'Letter of intent'],
    ['cafe\u0301', 'caf\u00e9'],
    ['in\u0000voice', 'in voice'],
    ['half \ud83e', 'half'],
    ['🧾'.repeat(100), '🧾'.repeat(100)],
  ])('%j is kept as %j', (sent, kept) => {
    expect(cleanLabelName(sent)).toBe(kept);
  });

  it.each(['', ' \n', '\u0000', 'x'.repeat(101)])('is not %j', (sent) => {
    expect(() => cleanLabelName(sent)).toThrow(
      expect.objectContaining({
        code: 'INVALID_LABEL_NAME',
        message: expect.stringMatching(/1 to 100 characters; this one has (0|101)/),
      }),
    );
  });
});

describe('the labels', () => {
  let database: TestDatabase;
  let make: RecordMaker;
  let createLabel: CreateLabel;
  beforeAll(async () => {
    database = await createTestDatabase();
    make = createRecordMaker(database);
    createLabel = createCreateLabel(database);
  });
  afterAll(() => database.close());
  const inTransaction = (name: string) =>
    database.connection.transaction((tx) => getOrCreateLabel(tx, name, 'me'));

  it('grow by one of a new name', async () => {
    const label = await createLabel({
      name: ' Invoice ',
      description: 'Asks\u0000 for money 🧾',
      createdBy: 'me',
    });
    expect(label).toMatchObject({ name: 'Invoice', description: 'Asks for money 🧾', retiredAt: null });
    expect(await getUsableLabel(database.connection.database, label.id)).toEqual(label);
  });

  it('have no name twice, whatever its case', async () => {
    await createLabel({ name: 'Übergabe', description: null, createdBy: 'me' });
    const again = createLabel({ name: 'ÜBERGABE', description: null, createdBy: 'me' });
    await expect(again).rejects.toMatchObject({ code: 'LABEL_EXISTS', isPublic: true });
    const attempts = await Promise.allSettled(
      ['Form', 'form', 'FORM'].map((name) => createLabel({ name, description: null, createdBy: 'me' })),
    );
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('are found or made by name, once also when many ask at the same time', async () => {
    const labels = await Promise.all(['Memo', 'memo', 'MEMO', ' memo '].map(inTransaction));
    expect(new Set(labels.map(({ id }) => id)).size).toBe(1);
    expect(await inTransaction('mEmO')).toEqual(labels[0]);
  });

  it('that are retired take no more documents', async () => {
    const id = await make.makeLabel('telex', { retiredAt: new Date() });
    const retired = { code: 'LABEL_RETIRED', message: expect.stringContaining('"telex"') };
    await expect(inTransaction('Telex')).rejects.toMatchObject(retired);
    await expect(getUsableLabel(database.connection.database, id)).rejects.toMatchObject(retired);
  });

  it.each([createId(), 'no id', ''])('do not hold %j', async (id) => {
    await expect(getUsableLabel(database.connection.database, id)).rejects.toMatchObject({
      code: 'LABEL_NOT_FOUND',
      message: expect.stringContaining(JSON.stringify(id)),
    });
  });

  it('are given in the order they are asked for', async () => {
    const [first, second] = [await make.makeLabel('z'), await make.makeLabel('y')];
    const labels = await getLabels(database.connection.database, [second, first, second]);
    expect(labels.map(({ name }) => name)).toEqual(['y', 'z', 'y']);
    await expect(getLabels(database.connection.database, [createId()])).rejects.toMatchObject({
      code: 'LABEL_NOT_FOUND',
    });
  });

  it('are listed by name with the number of their documents, the retired ones on request', async () => {
    const resolver = createReview(createFactLog(database.connection)).labelResolver;
    const context = createContext({ baseUrl: '', viewer: { name: 'me' } });
    const names = async (includeRetired: boolean) =>
      (await resolver.labels(includeRetired)).map(({ name }) => name);
    expect(await names(false)).not.toContain('telex');
    expect(await names(true)).toContain('telex');
    const labels = await resolver.labels(false);
    const invoice = labels.find(({ name }) => name === 'Invoice');
    const { id: documentId } = await make.makeDocument();
    await database.query('update documents set label_id = $1 where id = $2', [invoice?.id, documentId]);
    const counts = await Promise.all(labels.map((label) => resolver.documentCount(label, context)));
    expect(counts).toEqual(labels.map(({ name }) => (name === 'Invoice' ? 1 : 0)));
  });
});
