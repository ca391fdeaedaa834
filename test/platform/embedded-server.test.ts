import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  access,
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmbeddedServer, startEmbeddedServer } from '../../src/platform/database/embedded-server.js';

it('is made once by two first starts at the same moment; the second is told of the first', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'embedded-'));
  const processPath = join(import.meta.dirname, '..', 'support', 'embedded-process.ts');
  const starts = [1, 2].map(() => {
    const child = fork(processPath, [folder], { execArgv: ['--import', 'tsx'] });
    return { child, said: once(child, 'message'), exited: once(child, 'exit') };
  });
  type Said = { url?: string; code?: string };
  const said = await Promise.all(starts.map(async (start) => (await start.said)[0] as Said));
  expect(said.flatMap(({ code }) => code ?? [])).toEqual(['DATA_DIR_IN_USE']);
  const client = new pg.Client({ connectionString: said.flatMap(({ url }) => url ?? [])[0] });
  await client.connect();
  expect((await client.query('select current_database() as name')).rows).toEqual([{ name: 'classeur' }]);
  await client.end();
  for (const { child } of starts) if (child.connected) child.send('stop');
  await Promise.all(starts.map(({ exited }) => exited));
  expect((await readdir(folder)).sort()).toEqual(['postgres', 'postgres.log', 'postgres.password']);
  await rm(folder, { recursive: true });
});

/** Begins with a new folder; each test goes on with what the one before has left, as a user's folder does. */
describe.sequential('the PostgreSQL of a data directory', () => {
  let folder: string;
  let server: EmbeddedServer;
  beforeAll(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'embedded-')), 'my data', 'ä');
    await mkdir(folder, { recursive: true });
    // As root's own folders often are: nobody else may even look inside.
    await chmod(folder, 0o700);
  });
  afterAll(async () => {
    await server.stop();
    await rm(join(folder, '..', '..'), { recursive: true });
  });

  const portOf = ({ url }: EmbeddedServer) => Number(new URL(url).port);
  const readPid = async () =>
    Number((await readFile(join(folder, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);

  async function ask(sql: string, url = server.url): Promise<pg.QueryResultRow | undefined> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query(sql)).rows[0];
    } finally {
      await client.end();
    }
  }

  it('is made at the first start', async () => {
    server = await startEmbeddedServer(folder);
    await ask('create table kept (word text)');
    await ask(`insert into kept values ('here')`);
    expect(await ask('select current_database() as name')).toEqual({ name: 'classeur' });
    expect(await ask(`select lower('ÄÉЖ') as lower`)).toEqual({ lower: 'äéж' });
  });

  it('listens on loopback only, and lets nobody in without the password', async () => {
    expect(await ask('show listen_addresses')).toEqual({ listen_addresses: '127.0.0.1' });
    const { mode } = await stat(join(folder, 'postgres.password'));
    expect(mode & 0o077).toBe(0);
    const stranger = new URL(server.url);
    stranger.password = 'guess';
    await expect(ask('select 1', stranger.href)).rejects.toThrow(/password authentication failed/);
  });

  it('opens nothing of a closed folder to others', async () => {
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, 'postgres'))).mode & 0o777).toBe(0o700);
  });

  it('serves one Classeur only', async () => {
    await expect(startEmbeddedServer(folder)).rejects.toMatchObject({
      code: 'DATA_DIR_IN_USE',
      isPublic: true,
      message: expect.stringContaining(folder),
    });
    expect(await ask('select word from kept')).toEqual({ word: 'here' });
  });

  it('is found again when the Classeur that started it was killed', async () => {
    const pid = await readPid();
    // What is left of a killed Classeur: its claim is gone with its connection.
    await ask(`select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'`);
    server = await startEmbeddedServer(folder);
    expect(await readPid()).toBe(pid);
    expect(await ask('select word from kept')).toEqual({ word: 'here' });
  });

  it('keeps what it holds when it is stopped and started again', async () => {
    const pid = await readPid();
    await server.stop();
    expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
    await expect(access(join(folder, 'postgres', 'postmaster.pid'))).rejects.toThrow(/ENOENT/);
    server = await startEmbeddedServer(folder);
    expect(await ask('select word from kept')).toEqual({ word: 'here' });
  });

  it('puts a log that has grown large aside at its start', async () => {
    const logPath = join(folder, 'postgres.log');
    await server.stop();
    await writeFile(logPath, Buffer.alloc(11 * 1024 * 1024, 'old\n'));
    server = await startEmbeddedServer(folder);
    expect((await stat(`${logPath}.1`)).size).toBe(11 * 1024 * 1024);
    expect((await stat(logPath)).size).toBeLessThan(1024 * 1024);
  });

  it('starts after one that is being stopped at this moment', async () => {
    const stopping = server.stop();
    server = await startEmbeddedServer(folder);
    await stopping;
    expect(await ask('select word from kept')).toEqual({ word: 'here' });
  });

  it('starts after a power cut, though another program has the process id of the former server', async () => {
    const pidPath = join(folder, 'postgres', 'postmaster.pid');
    const pidFile = await readFile(pidPath, 'utf8');
    const { uid, gid } = await stat(pidPath);
    const port = portOf(server);
    await server.stop();
    // The same account as the server's: whose process it would take for another server.
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { uid, gid });
    await once(stranger, 'spawn');
    const [, ...rest] = pidFile.split('\n');
    await writeFile(pidPath, [stranger.pid, ...rest].join('\n'), { mode: 0o600 });
    await chown(pidPath, uid, gid);
    server = await startEmbeddedServer(folder);
    expect(await ask('select word from kept')).toEqual({ word: 'here' });
    expect(portOf(server)).not.toBe(port);
    stranger.kill();
  });

  it('says what is wrong when it cannot start', async () => {
    await server.stop();
    const configPath = join(folder, 'postgres', 'postgresql.conf');
    const config = await readFile(configPath, 'utf8');
    await writeFile(configPath, `${config}\nshared_buffers = plenty\n`);
    await expect(startEmbeddedServer(folder)).rejects.toMatchObject({
      code: 'EMBEDDED_POSTGRES_FAILED',
      message: expect.stringMatching(/shared_buffers.*postgres\.log/s),
    });
    await writeFile(configPath, config);
    server = await startEmbeddedServer(folder);
  });
});
