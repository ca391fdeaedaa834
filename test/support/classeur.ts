/** Starts the built product as a user does, in a data directory of its own, and speaks to it over HTTP and WebSocket. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

export type FileToUpload = { filename: string; bytes: Uint8Array };

export type Answer<Data> = { data: Data; errors?: { message: string; extensions: { code: string } }[] };

export type UploadResult = {
  filename: string;
  duplicate: boolean;
  document: { id: string; label: { name: string } | null } | null;
  error: { code: string; message: string } | null;
};

export type Classeur = Awaited<ReturnType<typeof startClasseur>>;

const mainPath = join(import.meta.dirname, '..', '..', 'dist', 'main.js');

/** All that was started here, ended or not: a PostgreSQL may outlive its product. */
const runs: { child: ChildProcess; exited: Promise<number | null>; dataDir: string | undefined }[] = [];

/** A data directory. At its removal nothing may be left running in it, whatever a test has shown. */
export async function makeDataDir(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'classeur-test-'));
  return {
    path,
    async remove() {
      for (const { child, exited, dataDir } of runs) {
        if (!dataDir?.startsWith(path)) continue;
        child.kill('SIGKILL');
        await exited;
        const server = await findServerProcess(dataDir);
        if (server !== null) process.kill(server, 'SIGQUIT');
      }
      // A lane notices a little later that its parent is gone.
      await rm(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    },
  };
}

/** The PostgreSQL of a data directory, where one runs. */
export async function findServerProcess(dataDir: string): Promise<number | null> {
  try {
    const pidFile = await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8');
    const pid = Number(pidFile.split('\n')[0]);
    // A file that is just being written is empty, and 0 would be the group of this process.
    if (!(pid > 0)) return null;
    process.kill(pid, 0);
    return pid;
  } catch {
    return null;
  }
}

// The end of a test process, also of one that is broken off, is that of what it has started.
for (const end of ['SIGTERM', 'disconnect'])
  process.once(end, () => {
    for (const { child } of runs) child.kill('SIGINT');
    process.exit();
  });

/** Runs `node dist/main.js` and gives what it says and how it ends. */
export function runClasseur(settings: Record<string, string>) {
  const environment = {
    ...{ PATH: process.env.PATH, LOG_LEVEL: 'warn', PORT: '0' },
    // Most tests are about what an installation learns by itself; those of the starter say where it is.
    STARTER_MODEL: 'none',
    ...settings,
  };
  const child: ChildProcess = spawn(process.execPath, [mainPath], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  runs.push({ child, exited, dataDir: settings.DATA_DIR });
  return { child, exited, output: () => output, errors: () => errors };
}

/** Starts Classeur and waits until it answers. `stop` is what Ctrl-C does; `kill` is the power cut. */
export async function startClasseur(settings: Record<string, string>) {
  const run = runClasseur(settings);
  // Generous: the machine of a test may do many things at once.
  const url = await waitFor('Classeur to be ready', 120_000, async () => {
    if (run.child.exitCode !== null) throw new Error(`Classeur ended: ${run.output()} ${run.errors()}`);
    const address = /GraphQL\s+(http:\S+)\/graphql/.exec(run.output())?.[1];
    return address !== undefined && (await fetch(`${address}/readyz`)).ok ? address : null;
  });

  /** Asks and gives the whole answer, errors included. */
  const post = async <Data>(
    query: string,
    variables: Record<string, unknown> = {},
  ): Promise<Answer<Data>> => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as Answer<Data>;
  };
  /** Asks and gives the data; an error fails the test. */
  const ask = async <Data>(query: string, variables: Record<string, unknown> = {}): Promise<Data> => {
    const { data, errors } = await post<Data>(query, variables);
    if (errors) throw new Error(errors.map(({ message }) => message).join('; '));
    return data;
  };
  const upload = async (
    files: readonly FileToUpload[],
    label: string | null = null,
  ): Promise<UploadResult[]> => {
    const query = `mutation ($files: [Upload!]!, $label: String) { uploadDocuments(files: $files, label: $label) {
      filename duplicate document { id label { name } } error { code message }
    } }`;
    const form = new FormData();
    const variables = { files: files.map(() => null), label };
    form.set('operations', JSON.stringify({ query, variables }));
    const paths = files.map((_, index) => [String(index), [`variables.files.${index}`]]);
    form.set('map', JSON.stringify(Object.fromEntries(paths)));
    for (const [index, { filename, bytes }] of files.entries()) {
      form.set(String(index), new Blob([Uint8Array.from(bytes)]), filename);
    }
    const response = await fetch(`${url}/graphql`, { method: 'POST', body: form });
    const { data, errors } = (await response.json()) as Answer<{ uploadDocuments: UploadResult[] }>;
    if (errors) throw new Error(errors.map(({ message }) => message).join('; '));
    return data.uploadDocuments;
  };
  /** Collects what a subscription sends until it is closed. */
  const subscribe = <Data>(query: string) => {
    const client = createClient({ url: `${url.replace(/^http/, 'ws')}/graphql`, webSocketImpl: WebSocket });
    const received: Data[] = [];
    const close = client.subscribe<Data>(
      { query },
      {
        next: ({ data }) => void (data && received.push(data)),
        error: (error) => {
          throw error;
        },
        complete: () => {},
      },
    );
    return {
      received,
      async close() {
        close();
        await client.dispose();
      },
    };
  };

  return {
    ...run,
    url,
    post,
    ask,
    upload,
    subscribe,
    async stop() {
      run.child.kill('SIGINT');
      return await run.exited;
    },
  };
}

/** Asks again and again until the answer is there. */
export async function waitFor<Value>(
  what: string,
  timeoutMs: number,
  look: () => Promise<Value | null>,
): Promise<Value> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await look();
    if (value !== null) return value;
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs / 1000} s in vain for ${what}`);
    await sleep(200);
  }
}

/** Waits until every document is READY or FAILED. */
export async function waitUntilSettled(classeur: Pick<Classeur, 'ask'>, timeoutMs: number): Promise<void> {
  const query = `{ documents(filter: { statuses: [QUEUED, RENDERING, READING, CLASSIFYING] }) { totalCount } }`;
  await waitFor('all documents to be read and classified', timeoutMs, async () => {
    const { documents } = await classeur.ask<{ documents: { totalCount: number } }>(query);
    return documents.totalCount === 0 ? true : null;
  });
}
