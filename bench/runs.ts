/**
 * How fast the API tells of runs when there are many: fills a PostgreSQL of its own with 2,000 runs of 1,000 steps each, and one of a
 * million, and asks by GraphQL, each question ten times. The list is to answer in under 100 ms.
 *
 *   npm run bench:runs [-- --runs 2000] [-- --steps 1000]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type GraphQLSchema, graphql } from 'graphql';
import pg from 'pg';
import { buildApi } from '../src/app.js';
import { readConfig } from '../src/config.js';
import { connectDatabase } from '../src/platform/database/database.js';
import { startEmbeddedServer } from '../src/platform/database/embedded-server.js';
import { applyMigrations } from '../src/platform/database/migrations.js';
import { createContext } from '../src/platform/graphql/context.js';
import { buildGraphqlSchema, createLiveFeed } from '../src/platform/graphql/schema.js';
import { createLog } from '../src/platform/log.js';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '2000' }, steps: { type: 'string', default: '1000' } },
});
const [runs, steps] = [Number(values.runs), Number(values.steps)];
const stepsOfLongRun = 1_000_000;
const documentsOfHoldout = 200;
const repetitions = 10;
let schema: GraphQLSchema;

const dataDir = await mkdtemp(join(tmpdir(), 'classeur-bench-'));
const server = await startEmbeddedServer(dataDir);
try {
  await applyMigrations(server.url);
  await fill(server.url);
  await askAll();
} finally {
  await server.stop();
  await rm(dataDir, { recursive: true });
}

async function askAll(): Promise<void> {
  const connection = connectDatabase(server.url, { maxConnections: 5 });
  const { resolvers } = buildApi({
    config: readConfig({ DATA_DIR: dataDir }),
    connection,
    log: createLog({ level: 'silent', role: 'bench' }),
  });
  schema = await buildGraphqlSchema(resolvers, createLiveFeed());

  const list = await ask(
    '20 runs, newest first',
    '{ trainingRuns(first: 20) { edges { node { ...Row } } } }',
  );
  await ask(
    '20 runs with the count of all',
    '{ trainingRuns(first: 20) { totalCount edges { node { ...Row } } } }',
  );
  await ask('500 runs, the most of a page', '{ trainingRuns(first: 500) { edges { node { ...Row } } } }');
  await ask(
    '20 runs from the middle, by status and tag',
    `{ trainingRuns(first: 20, after: "${Buffer.from(String(Math.round(runs / 2))).toString('base64url')}",
     filter: { statuses: [SUCCEEDED], tags: ["tag 3"] }) { edges { node { ...Row } } } }`,
  );
  await ask(
    '20 runs, each with its curve of 100 points',
    '{ trainingRuns(first: 20) { edges { node { ...Row series(metric: "loss", maxPoints: 100) { step value } } } } }',
  );
  const [newest = '', second = ''] = list.map(({ node }) => node.id);
  await ask(
    `one run of ${stepsOfLongRun} steps, sampled to 500`,
    `{ trainingRun(id: "${newest}") { series(metric: "loss", maxPoints: 500) { step value } } }`,
  );
  await ask(
    `one run of ${steps} steps, sampled to 500`,
    `{ trainingRun(id: "${second}") { series(metric: "loss", maxPoints: 500) { step value } } }`,
  );
  await ask(
    'two runs compared',
    `{ compareRuns(ids: ["${newest}", "${second}"]) { sharedDocuments onSharedDocuments { accuracy } perClass { f1 difference }
     differences(first: 20) { edges { node { document { id } answers { confidence predicted { name } } } } } } }`,
  );
  await connection.close();
}

async function fill(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const startedAt = performance.now();
  await client.query(
    `insert into labels (id, name) select gen_random_uuid(), 'label ' || number from generate_series(1, 10) as number`,
  );
  await client.query(
    `insert into documents (id, filename, media_type, byte_size, sha256, status)
     select gen_random_uuid(), number || '.pdf', 'application/pdf', 1, number::text, 'READY'
     from generate_series(1, ${documentsOfHoldout}) as number`,
  );
  await client.query(
    `insert into training_runs (id, status, trigger, hyperparameters, tags, epoch, total_epochs, step, total_steps, finished_at)
     select gen_random_uuid(), (case when number % 10 = 0 then 'FAILED' else 'SUCCEEDED' end)::run_status, 'MANUAL', '{}',
            array['tag ' || number % 7], 10, 10, ${steps}, ${steps}, now()
     from generate_series(1, ${runs}) as number`,
  );
  await client.query(
    `insert into metric_points (run_id, metric, step, value, at)
     select id, 'loss', series.step, 1 / (1 + series.step / 100.0) + random() / 10, now()
     from training_runs cross join generate_series(1, ${steps}) as series(step) where number < ${runs}`,
  );
  await client.query(
    `insert into metric_points (run_id, metric, step, value, at)
     select id, 'loss', series.step, 1 / (1 + series.step / 100.0) + random() / 10, now()
     from training_runs cross join generate_series(1, ${stepsOfLongRun}) as series(step) where number = ${runs}`,
  );
  await client.query(
    `insert into epoch_metrics (run_id, epoch, train_loss, learning_rate, duration_ms, is_best)
     select id, series.epoch, 1, 1e-3, 1000, false from training_runs cross join generate_series(1, 10) as series(epoch)`,
  );
  await client.query(
    `insert into evaluation_metrics (run_id, accuracy, accuracy_low, accuracy_high, macro_f1, macro_f1_low, macro_f1_high, loss, ece, support)
     select id, 0.9, 0.8, 1, 0.9, 0.8, 1, 0.3, 0.05, ${documentsOfHoldout} from training_runs`,
  );
  await client.query(
    `insert into baseline_metrics (run_id, accuracy, accuracy_low, accuracy_high, macro_f1, macro_f1_low, macro_f1_high, loss, ece, support, features, duration_ms)
     select id, 0.8, 0.7, 0.9, 0.8, 0.7, 0.9, 0.5, 0.05, ${documentsOfHoldout}, 10000, 1000 from training_runs`,
  );
  await client.query(
    `insert into class_metrics (run_id, label_id, precision, recall, f1, support)
     select run.id, label.id, 0.9, 0.9, random(), 20 from training_runs as run cross join labels as label`,
  );
  await client.query(
    `with numbered as (select id, row_number() over () as number from labels)
     insert into document_results (run_id, document_id, actual_id, predicted_id, confidence)
     select run.id, document.id, actual.id, predicted.id, random()
     from training_runs as run cross join documents as document
     join numbered as actual on actual.number = 1 + document.byte_size % 10
     join numbered as predicted on predicted.number = 1 + (hashtext(document.id::text || run.id::text) & 1)
     where run.number > ${runs - 100}`,
  );
  await client.query('vacuum analyze');
  const [{ count } = { count: 0 }] = (await client.query('select count(*)::int as count from metric_points'))
    .rows;
  console.log(
    `${runs} runs, ${count} points, inserted in ${((performance.now() - startedAt) / 1000).toFixed(0)} s`,
  );
  await client.end();
}

/** Prints how long the answers take; gives the runs of a list. */
async function ask(what: string, query: string): Promise<{ node: { id: string } }[]> {
  const source = query.includes('...Row')
    ? `${query} fragment Row on TrainingRun { id number status statusReason trigger note tags createdAt finishedAt
        progress { epoch step secondsLeft } failure { code message } metrics { accuracy accuracyLow macroF1 } baseline { accuracy } }`
    : query;
  const durations: number[] = [];
  let edges: { node: { id: string } }[] = [];
  for (let count = 0; count < repetitions; count += 1) {
    const startedAt = performance.now();
    const contextValue = createContext({ baseUrl: '', viewer: { name: 'bench' } });
    const answer = await graphql({ schema, source, contextValue });
    durations.push(performance.now() - startedAt);
    if (answer.errors) throw new Error(`${what}: ${answer.errors.join(', ')}`);
    const data = answer.data as { trainingRuns?: { edges: { node: { id: string } }[] } };
    edges = data.trainingRuns?.edges ?? [];
  }
  const [first = 0] = durations;
  const sorted = [...durations].sort((one, other) => one - other);
  const [median, slowest] = [sorted[Math.floor(repetitions / 2)] ?? 0, sorted.at(-1) ?? 0];
  console.log(
    `${what}: median ${median.toFixed(1)} ms, slowest ${slowest.toFixed(1)} ms, first ${first.toFixed(1)} ms`,
  );
  return edges;
}
