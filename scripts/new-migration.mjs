// Writes the next migration: what leads from the committed schema.prisma to the one in the working tree.
// Usage: npm run migration -- name-of-the-change. What Prisma cannot express (generated columns, partial
// indexes, checks) is added to the file by hand.
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import * as engineModule from '@prisma/schema-engine-wasm/schema_engine_bg';
import { startEmbeddedServer } from '../dist/platform/database/embedded-server.js';

const path = 'prisma/schema.prisma';
const name = process.argv[2];
if (!/^[a-z0-9-]+$/.test(name ?? ''))
  throw new Error('Name the migration in kebab-case: npm run migration -- add-labels');

const entry = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
const wasm = await readFile(join(dirname(entry), 'schema_engine_bg.wasm'));
const { instance } = await WebAssembly.instantiate(wasm, { './schema_engine_bg.js': engineModule });
engineModule.__wbg_set_wasm(instance.exports);
instance.exports.__wbindgen_start?.();

const working = await readFile(path, 'utf8');
const committed = isCommitted() ? execFileSync('git', ['show', `HEAD:${path}`], { encoding: 'utf8' }) : null;
// A diff between two files asks nothing of a database, but the engine insists on a connection.
const dataDir = await mkdtemp(join(tmpdir(), 'classeur-migration-'));
const server = await startEmbeddedServer(dataDir);
const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg({ connectionString: server.url }));
const engine = await engineModule.SchemaEngine.new({ datamodels: [[path, working]] }, () => {}, adapter);
const { stdout } = await engine.diff({
  from:
    committed === null ? { tag: 'empty' } : { tag: 'schemaDatamodel', files: [{ path, content: committed }] },
  to: { tag: 'schemaDatamodel', files: [{ path, content: working }] },
  script: true,
  exitCode: null,
  filters: { externalTables: [], externalEnums: [] },
});
const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
const folder = join('prisma', 'migrations', `${stamp}_${name.replaceAll('-', '_')}`);
await mkdir(folder, { recursive: true });
await writeFile(join(folder, 'migration.sql'), stdout ?? '');
await server.stop();
await rm(dataDir, { recursive: true });
console.log(`Wrote ${folder}/migration.sql`);

function isCommitted() {
  return execFileSync('git', ['ls-tree', 'HEAD', path], { encoding: 'utf8' }).trim() !== '';
}
