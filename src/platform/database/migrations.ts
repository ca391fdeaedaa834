/**
 * Applies the migrations of prisma/migrations with Prisma's own schema engine, as WebAssembly: no engine download.
 * It keeps `_prisma_migrations` like the command line does, so `prisma migrate deploy` agrees with it.
 */
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import * as engineModule from '@prisma/schema-engine-wasm/schema_engine_bg';
import pg from 'pg';

const projectFolder = join(import.meta.dirname, '..', '..', '..');
const schemaPath = join(projectFolder, 'prisma', 'schema.prisma');
const migrationsFolder = join(projectFolder, 'prisma', 'migrations');

// No table of Prisma's schema lies elsewhere, and nothing is kept outside it.
const noFilters = { externalTables: [], externalEnums: [] };

// Any fixed number will do, as long as every Classeur takes the same.
const migrationLockKey = 0x636c6173;

type SchemaEngine = engineModule.SchemaEngine;

/**
 * Brings the database to the newest schema; safe when several processes start at once.
 * @returns the names of the migrations that were applied now.
 */
export async function applyMigrations(databaseUrl: string): Promise<string[]> {
  // The engine's own lock is per connection attempt and gives up after ten seconds; this one waits.
  const lock = new pg.Client({ connectionString: databaseUrl });
  await lock.connect();
  try {
    await lock.query('select pg_advisory_lock($1)', [migrationLockKey]);
    return await withSchemaEngine(databaseUrl, async (engine) => {
      const { appliedMigrationNames } = await engine.applyMigrations({
        migrationsList: await readMigrations(),
        filters: noFilters,
      });
      return appliedMigrationNames;
    });
  } finally {
    await lock.end();
  }
}

async function withSchemaEngine<Result>(
  databaseUrl: string,
  use: (engine: SchemaEngine) => Promise<Result>,
): Promise<Result> {
  await loadEngine();
  // Ours to end: the engine leaves the connections of its own pool open.
  const pool = new pg.Pool({ connectionString: databaseUrl });
  const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg(pool));
  const datamodels: [string, string][] = [[schemaPath, await readFile(schemaPath, 'utf8')]];
  const ignoreLog = () => {};
  try {
    const engine = await engineModule.SchemaEngine.new({ datamodels }, ignoreLog, adapter);
    try {
      return await use(engine);
    } finally {
      engine.free();
    }
  } finally {
    await pool.end();
  }
}

// What of the global WebAssembly is used here: Node's types leave it to the browser's.
declare const WebAssembly: {
  instantiate(
    bytes: Uint8Array,
    imports: object,
  ): Promise<{ instance: { exports: Record<string, unknown> } }>;
};

let isEngineLoaded = false;

async function loadEngine(): Promise<void> {
  if (isEngineLoaded) return;
  const entry = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const bytes = await readFile(join(dirname(entry), 'schema_engine_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': engineModule });
  engineModule.__wbg_set_wasm(instance.exports);
  const start = instance.exports.__wbindgen_start;
  if (typeof start === 'function') start();
  isEngineLoaded = true;
}

async function readMigrations() {
  const lockfilePath = join(migrationsFolder, 'migration_lock.toml');
  const names = (await readdir(migrationsFolder, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  return {
    baseDir: migrationsFolder,
    lockfile: { path: 'migration_lock.toml', content: await readFile(lockfilePath, 'utf8') },
    shadowDbInitScript: '',
    migrationDirectories: await Promise.all(
      names.map(async (name) => ({
        path: name,
        migrationFile: {
          path: 'migration.sql',
          content: {
            tag: 'ok' as const,
            value: await readFile(join(migrationsFolder, name, 'migration.sql'), 'utf8'),
          },
        },
      })),
    ),
  };
}
