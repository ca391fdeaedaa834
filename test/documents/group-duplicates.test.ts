import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createGroupDuplicates, listDuplicateGroups } from '../../src/documents/group-duplicates.js';
import { createId } from '../../src/shared/ids.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createChance } from '../support/document-texts.js';
import { silentLog } from '../support/log.js';
import { createRecordMaker, type RecordMaker } from '../support/records.js';

let database: TestDatabase;
let make: RecordMaker;

beforeAll(async () => {
  database = await createTestDatabase();
  make = createRecordMaker(database);
});
beforeEach(async () => void (await database.query('truncate documents cascade')));
afterAll(() => database.close());

const context = { signal: new AbortController().signal, attempt: 1 };
const group = (documentId: string) =>
  createGroupDuplicates({ connection: database.connection, log: silentLog }).run({ documentId }, context);
const groupsOf = async (...ids: string[]) => {
  const groups = await listDuplicateGroups(database.connection.database, ids);
  return ids.map((id) => groups.get(id));
};
const words = (seed: number, count = 100) => {
  const chance = createChance(seed);
  return Array.from({ length: count }, () => `w${chance.integer(0, 5000)}`);
};
const grouped = async (text: readonly string[]) => {
  const { id } = await make.makeDocument({ texts: [text.join(' ')] });
  await group(id);
  return id;
};

describe('a document that has been read', () => {
  it('stands alone until one comes that is nearly the same', async () => {
    const text = words(1);
    const [first, other] = [await grouped(text), await grouped(words(2))];
    expect(await groupsOf(first, other)).toEqual([first, other]);
    const copy = await grouped([...text.slice(0, 97), 'torn', 'off', 'here']);
    expect(await groupsOf(copy)).toEqual([first]);
  });

  it('makes two groups one when it resembles both', async () => {
    // Each shares 0.7 of its text with the next but one: too little; the one between shares 0.84 with both.
    const text = words(3, 120);
    const [left, right] = [await grouped(text.slice(0, 100)), await grouped(text.slice(18, 118))];
    expect(await groupsOf(left, right)).toEqual([left, right]);
    const between = await grouped(text.slice(9, 109));
    expect(await groupsOf(left, between, right)).toEqual([left, left, left]);
  });

  it('is in the same group when it is compared again', async () => {
    const text = words(4);
    const [first, second] = [await grouped(text), await grouped(text)];
    await group(first);
    await group(second);
    expect(await groupsOf(first, second)).toEqual([first, first]);
  });

  it('finds its copy when both are compared at the same time', async () => {
    const texts = [words(5).join(' ')];
    const made = [await make.makeDocument({ texts }), await make.makeDocument({ texts })];
    await Promise.all(made.map(({ id }) => group(id)));
    const [one, other] = await groupsOf(...made.map(({ id }) => id));
    expect(one).toBe(other);
  });

  it('is looked for by an index over its keys', async () => {
    await database.query(
      `insert into documents (id, filename, media_type, byte_size, sha256)
       select gen_random_uuid(), 'many', 'application/pdf', 1, 'many ' || number from generate_series(1, 1000) as number`,
    );
    await database.query(
      `insert into document_fingerprints (document_id, alike_id, group_id, keys)
       select id, id, id, array(select (random() * 2000000000)::int from generate_series(1, 20) where id is not null)
       from documents where filename = 'many'`,
    );
    await database.query('analyze document_fingerprints');
    const plan = await database.connection.transaction(async (tx) => {
      // At a million documents the planner needs no such hint.
      await tx.$executeRaw`set local enable_seqscan = off`;
      return await tx.$queryRaw<{ 'QUERY PLAN': string }[]>`
        explain select document_id from document_fingerprints where keys && array[1, 2, 3]::int[]`;
    });
    expect(plan.map((line) => line['QUERY PLAN']).join('\n')).toContain('document_fingerprints_keys_idx');
  });

  it('may be gone meanwhile', async () => {
    expect(await group(createId())).toEqual({ status: 'skipped', reason: 'the document is gone' });
  });
});
