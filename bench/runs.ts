/**
 * How fast Classeur tells of runs when there are thousands, with millions of step points: fills a PostgreSQL of its own, starts
 * the product as a user does, and asks over HTTP as a dashboard does. The list is to answer in under 100 ms. Beside the time on
 * the clock stands that on the processor, the server's and PostgreSQL's, which other work on the machine changes little.
 *
 *   npm run bench:runs [-- --runs 5000] [-- --steps 1000] [-- --starts 5] [-- --repetitions 60]
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { startEmbeddedServer } from '../src/platform/database/embedded-server.js';
import { applyMigrations } from '../src/platform/database/migrations.js';
import { migrateJobQueue } from '../src/platform/jobs/job-runner.js';
import { fillWithRuns, runListQuery } from '../test/support/many-runs.js';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5000' },
    steps: { type: 'string', default: '1000' },
    starts: { type: 'string', default: '5' },
    repetitions: { type: 'string', default: '60' },
  },
});
const [runs, steps] = [Number(values.runs), Number(values.steps)];
const [starts, repetitions] = [Number(values.starts), Number(values.repetitions)];
const [stepsOfSecond, stepsOfNewest] = [1_000_000, 100_000];
// V8 has compiled what it is going to compile, and PostgreSQL has planned each statement.
const warmUps = 20;

/** `said` is what it has written so far. */
type Product = { child: ChildProcess; url: string; said: () => string };
type Question = { what: string; query: string; variables: Record<string, unknown> };
/** Milliseconds: on the clock, on the processor by the server, on the processor by PostgreSQL; null where not known. */
type Cost = { clockMs: number; serverMs: number | null; databaseMs: number | null };

const dataDir = await mkdtemp(join(tmpdir(), 'classeur-bench-'));
const server = await startEmbeddedServer(dataDir);
const client = new pg.Client({ connectionString: server.url });
let product: Product | null = null;
try {
  await applyMigrations(server.url);
  await migrateJobQueue(server.url);
  await client.connect();
  await fill();
  await measure();
} finally {
  await stop();
  await client.end();
  await server.stop();
  await rm(dataDir, { recursive: true });
}

async function fill(): Promise<void> {
  const startedAt = performance.now();
  await client.query("set synchronous_commit = off; set maintenance_work_mem = '256MB'");
  await fillWithRuns((sql) => client.query(sql), {
    runs,
    steps,
    stepsOfNewest: [stepsOfSecond, stepsOfNewest],
  });
  await client.query('vacuum analyze');
  const { rows } = await client.query('select count(*)::int as count from metric_points');
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  console.log(`${runs} runs, ${rows[0].count} points, made in ${seconds} s\n`);
}

async function measure(): Promise<void> {
  const list = (first: number, after: number | null): Question => ({
    what: '',
    query: runListQuery,
    variables: { first, after: after === null ? null : Buffer.from(String(after)).toString('base64url') },
  });
  const first: Cost[] = [];
  for (let count = 0; count < starts; count += 1) {
    await stop();
    product = await start();
    first.push(await ask(product, list(20, null)));
  }
  console.log('| question | p50, ms | p95, ms | server CPU, ms | PostgreSQL CPU, ms |');
  console.log('| --- | ---: | ---: | ---: | ---: |');
  print(`first call after a start: 20 runs (${starts} starts)`, first);

  if (product === null) return;
  const { rows } = await client.query('select id from training_runs order by number desc limit 2');
  const [newest = '', second = ''] = rows.map(({ id }) => String(id));
  const series =
    'query ($id: ID!) { trainingRun(id: $id) { series(metric: "loss", maxPoints: 500) { step value } } }';
  const questions: Question[] = [
    { ...list(20, null), what: '20 runs, newest first' },
    { ...list(20, Math.round(runs / 2)), what: '20 runs from the middle' },
    { ...list(50, null), what: '50 runs' },
    { ...list(500, null), what: '500 runs, the most of a page' },
    {
      what: '20 runs from the middle by status and tag, with the count of all',
      query: `query ($after: String) { trainingRuns(first: 20, after: $after, filter: { statuses: [SUCCEEDED], tags: ["tag 3"] }) {
        totalCount edges { node { number status metrics { accuracy } } } } }`,
      variables: list(20, Math.round(runs / 2)).variables,
    },
    {
      what: '20 runs, each with its curve of 100 points',
      query:
        'query ($after: String) { trainingRuns(first: 20, after: $after) { edges { node { number series(metric: "loss", maxPoints: 100) { step value } } } } }',
      variables: list(20, Math.round(runs / 2)).variables,
    },
    {
      what: `one run of ${steps} steps, all of them`,
      query: series.replace('500', '10000'),
      variables: { id: await idOf(runs - 5) },
    },
    { what: `one run of ${stepsOfNewest} steps, sampled to 500`, query: series, variables: { id: newest } },
    { what: `one run of ${stepsOfSecond} steps, sampled to 500`, query: series, variables: { id: second } },
    {
      what: 'two runs compared',
      query: `query ($ids: [ID!]!) { compareRuns(ids: $ids) { sharedDocuments onSharedDocuments { accuracy } perClass { f1 difference } } }`,
      variables: { ids: [newest, second] },
    },
  ];
  for (const question of questions) {
    for (let count = 0; count < warmUps; count += 1) await ask(product, question);
    const costs: Cost[] = [];
    for (let count = 0; count < repetitions; count += 1) costs.push(await ask(product, question));
    print(question.what, costs);
  }
}

async function idOf(number: number): Promise<string> {
  const { rows } = await client.query('select id from training_runs where number = $1', [number]);
  return rows[0].id;
}

async function start(): Promise<Product> {
  const child = spawn(process.execPath, [join(import.meta.dirname, '..', 'dist', 'main.js')], {
    env: {
      PATH: process.env.PATH,
      ROLE: 'api',
      PORT: '0',
      LOG_LEVEL: 'warn',
      DATA_DIR: dataDir,
      DATABASE_URL: server.url,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  const url = await new Promise<string>((done, fail) => {
    child.stdout.on('data', (chunk) => {
      output += chunk;
      const found = /GraphQL\s+(http:\S+)/.exec(output)?.[1];
      if (found !== undefined) done(found);
    });
    child.once('exit', () => fail(new Error(`Classeur ended: ${output}`)));
  });
  return { child, url, said: () => output };
}

async function stop(): Promise<void> {
  if (product === null) return;
  const { child } = product;
  product = null;
  child.kill('SIGINT');
  await once(child, 'exit');
}

async function ask({ child, url, said }: Product, { query, variables }: Question): Promise<Cost> {
  const serverBefore = await cpuOf([child.pid ?? 0]);
  const databaseBefore = await cpuOf(await listBackends());
  const startedAt = performance.now();
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { errors } = (await response.json()) as { errors?: { message: string }[] };
  const clockMs = performance.now() - startedAt;
  if (errors) throw new Error(`${errors[0]?.message}: ${said()}`);
  // Backends that were made for this question have spent all their time on it.
  return {
    clockMs,
    serverMs: difference(serverBefore, await cpuOf([child.pid ?? 0])),
    databaseMs: difference(databaseBefore, await cpuOf(await listBackends())),
  };
}

async function listBackends(): Promise<number[]> {
  const { rows } = await client.query(
    `select pid from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`,
  );
  return rows.map(({ pid }) => Number(pid));
}

/** Milliseconds that processes have had the processor, all threads together; null where the system does not tell. */
async function cpuOf(pids: readonly number[]): Promise<number | null> {
  if (!existsSync('/proc/self/schedstat')) return null;
  let nanoseconds = 0;
  for (const pid of pids) {
    // Processes and threads come and go: what has gone meanwhile was not at work for us.
    const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
    for (const thread of threads) {
      const stat = await readFile(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').catch(() => '0');
      nanoseconds += Number(stat.split(' ')[0]);
    }
  }
  return nanoseconds / 1e6;
}

function difference(before: number | null, after: number | null): number | null {
  return before === null || after === null ? null : after - before;
}

function print(what: string, costs: readonly Cost[]): void {
  const clock = costs.map(({ clockMs }) => clockMs).sort((one, other) => one - other);
  const quantile = (share: number) =>
    clock[Math.min(clock.length - 1, Math.floor(share * clock.length))] ?? 0;
  const median = (of: (cost: Cost) => number | null) => {
    const known = costs.flatMap((cost) => of(cost) ?? []).sort((one, other) => one - other);
    return known[Math.floor(known.length / 2)]?.toFixed(1) ?? '';
  };
  const cells = [what, quantile(0.5).toFixed(1), quantile(0.95).toFixed(1)];
  console.log(
    `| ${[...cells, median(({ serverMs }) => serverMs), median(({ databaseMs }) => databaseMs)].join(' | ')} |`,
  );
}
