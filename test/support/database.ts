/** A database of its own for a test file: a copy of the migrated one that global-setup.ts has made. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { connectDatabase, type DatabaseConnection } from '../../src/platform/database/database.js';

export type TestDatabase = {
  url: string;
  connection: DatabaseConnection;
  /** Runs plain SQL, for what no repository does. */
  query<Row extends pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<Row[]>;
  close(): Promise<void>;
};

/** Makes an empty database with all tables; `close` removes it. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const adminUrl = inject('adminUrl');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await runAsAdmin(adminUrl, `create database ${name} template ${inject('templateName')}`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  const connection = connectDatabase(url.href, { maxConnections: 5 });
  const pool = new pg.Pool({ connectionString: url.href, max: 2 });
  return {
    url: url.href,
    connection,
    query: async (sql, values) => (await pool.query(sql, values)).rows,
    async close() {
      await pool.end();
      await connection.close();
      await runAsAdmin(adminUrl, `drop database ${name} with (force)`);
    },
  };
}

async function runAsAdmin(adminUrl: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
