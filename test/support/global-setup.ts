/**
 * Starts one PostgreSQL for the whole test run and makes a migrated database in it, of which each test file that needs
 * a database takes a copy (see database.ts).
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { startEmbeddedServer } from '../../src/platform/database/embedded-server.js';
import { applyMigrations } from '../../src/platform/database/migrations.js';
import { migrateJobQueue } from '../../src/platform/jobs/job-runner.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** The administrative database of the server, and the name of the database to copy. */
    adminUrl: string;
    templateName: string;
  }
}

/** @returns what stops the server and removes its files. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'classeur-tests-'));
  const server = await startEmbeddedServer(folder);
  const adminUrl = await relaxServer(server.url);
  await applyMigrations(server.url);
  await migrateJobQueue(server.url);
  project.provide('adminUrl', adminUrl);
  project.provide('templateName', new URL(server.url).pathname.slice(1));
  return async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
}

/** Lets the server forget that disks can fail: tests write much and keep nothing. */
async function relaxServer(url: string): Promise<string> {
  const adminUrl = new URL(url);
  adminUrl.pathname = '/postgres';
  const client = new pg.Client({ connectionString: adminUrl.href });
  await client.connect();
  await client.query('alter system set fsync = off');
  await client.query('alter system set synchronous_commit = off');
  await client.query('select pg_reload_conf()');
  await client.end();
  return adminUrl.href;
}
