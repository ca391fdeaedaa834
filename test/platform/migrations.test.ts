import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Prisma } from '../../src/platform/database/generated/client.js';
import { applyMigrations } from '../../src/platform/database/migrations.js';
import { migrateJobQueue } from '../../src/platform/jobs/job-runner.js';
import { createId } from '../../src/shared/ids.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

describe('a migrated database', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.close());

  it('needs no migration a second time, also when several processes start at once', async () => {
    const applied = await Promise.all([1, 2, 3].map(() => applyMigrations(database.url)));
    expect(applied).toEqual([[], [], []]);
    await migrateJobQueue(database.url);
  });

  it('is left without a connection by its migration', async () => {
    await applyMigrations(database.url);
    const connections = await database.query(
      'select query from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    expect(connections).toEqual([]);
  });

  it.each(Object.values(Prisma.ModelName))('holds every column of %s', async (model) => {
    // Prisma names a client's property after its model, with a small letter.
    const property = model.charAt(0).toLowerCase() + model.slice(1);
    const delegates = database.connection.database as unknown as Record<
      string,
      { findFirst(): Promise<unknown> }
    >;
    expect(await delegates[property]?.findFirst()).toBeNull();
  });

  it('has no table that the schema does not know', async () => {
    const tables = await database.query<{ name: string }>(
      `select table_name as name from information_schema.tables
       where table_schema = 'public' and table_name <> '_prisma_migrations'`,
    );
    expect(tables).toHaveLength(Object.values(Prisma.ModelName).length);
  });

  it('takes a label name once, whatever its case', async () => {
    const insert = (name: string) =>
      database.query('insert into labels (id, name) values ($1, $2)', [createId(), name]);
    await insert('Été');
    await expect(insert('ÉTÉ')).rejects.toThrow(/labels_name_key/);
    await insert('Ete');
  });

  it('makes the text of a page searchable by itself', async () => {
    const [documentId, pageId] = [createId(), createId()];
    await database.query(
      `insert into documents (id, filename, media_type, byte_size, sha256) values ($1, 'a.pdf', 'application/pdf', 1, 'a')`,
      [documentId],
    );
    await database.query(
      `insert into pages (id, document_id, number, width, height, image_sha256, image_media_type, thumbnail_sha256, perceptual_hash, text)
       values ($1, $2, 1, 10, 10, 'b', 'image/png', 'c', '0', 'Invoice of the Übermaß GmbH')`,
      [pageId, documentId],
    );
    const find = (words: string) =>
      database.query(`select id from pages where text_search @@ websearch_to_tsquery('simple', $1)`, [words]);
    expect(await find('übermass')).toEqual([]);
    expect(await find('ÜBERMAß invoice')).toEqual([{ id: pageId }]);
    await database.query('update pages set text = null where id = $1', [pageId]);
    expect(await find('invoice')).toEqual([]);
  });

  it('keeps a page with more words than search can hold', async () => {
    const words = Array.from({ length: 60_000 }, (_, index) => `word${index}-part${index}`).join(' ');
    const rows = await database.query<{ length: number }>(
      'update pages set text = $1 returning length(text) as length',
      [words],
    );
    expect(rows).toEqual([{ length: words.length }]);
  });
});
