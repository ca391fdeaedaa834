// Generates the Prisma client unless it is newer than the schema. Prisma looks for its schema engine's binary even
// here, where it does not use it, and would download it: naming any executable keeps it from the network.
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';

const modified = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const generated = modified('src/platform/database/generated/client.ts');
if (generated > Math.max(modified('prisma/schema.prisma'), modified('node_modules/prisma/package.json')))
  process.exit(0);

const run = spawnSync(process.execPath, ['node_modules/prisma/build/index.js', 'generate'], {
  env: {
    ...process.env,
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
    CHECKPOINT_DISABLE: '1',
  },
  stdio: ['ignore', 'pipe', 'pipe'],
  encoding: 'utf8',
});
if (run.status !== 0) process.stderr.write(`${run.stdout}${run.stderr}`);
process.exit(run.status ?? 1);
