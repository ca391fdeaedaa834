import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeReachable } from '../../src/platform/database/postgres-binaries.js';

// The ids of nobody and nogroup.
const account = { uid: 65_534, gid: 65_534 };

let root: string;
let version: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'classeur-binaries-'));
  version = `test-${process.pid}-${Date.now()}`;
  await mkdir(join(root, 'native', 'bin'), { recursive: true });
  await writeFile(join(root, 'package.json'), JSON.stringify({ version }));
  await writeFile(join(root, 'native', 'bin', 'postgres'), '#!/bin/sh\n', { mode: 0o755 });
});

afterEach(async () => {
  await rm(root, { recursive: true, force: true });
  await rm(join(tmpdir(), `classeur-postgres-${version}`), { recursive: true, force: true });
});

// Only root hands PostgreSQL to another account; anybody else runs it where it lies.
describe.runIf(process.getuid?.() === 0)('the programs of PostgreSQL', () => {
  it('are run where they lie when the account reaches them', async () => {
    await chmod(root, 0o755);
    expect(await makeReachable(join(root, 'native'), account)).toBe(join(root, 'native'));
  });

  it('are copied once to where the account reaches them, from a folder that only root may enter', async () => {
    await chmod(root, 0o700);
    const folder = await makeReachable(join(root, 'native'), account);
    expect(folder).toBe(join(tmpdir(), `classeur-postgres-${version}`));
    const identity = [`--reuid=${account.uid}`, `--regid=${account.gid}`, '--clear-groups', '--'];
    expect(spawnSync('setpriv', [...identity, 'test', '-x', join(folder, 'bin', 'postgres')]).status).toBe(0);
    expect(await makeReachable(join(root, 'native'), account)).toBe(folder);
  });

  it('are not run from a copy that somebody else could have changed', async () => {
    await chmod(root, 0o700);
    await chmod(await makeReachable(join(root, 'native'), account), 0o777);
    await expect(makeReachable(join(root, 'native'), account)).rejects.toThrow('is not a copy of ours');
  });
});
