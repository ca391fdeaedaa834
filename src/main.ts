/** The entry: reads the role, starts it, and stops it in order when asked. Failure is one clear line and a non-zero exit. */
import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildApi, buildHandlers, buildInstallStarterModel } from './app.js';
import { type Config, readConfig } from './config.js';
import { firstQuestions } from './first-questions.js';
import { checkDatabaseReachable, connectDatabase } from './platform/database/database.js';
import { startEmbeddedServer } from './platform/database/embedded-server.js';
import { applyMigrations } from './platform/database/migrations.js';
import { listenToEvents } from './platform/events/event-bus.js';
import { buildGraphqlSchema, createLiveFeed } from './platform/graphql/schema.js';
import { warmUp } from './platform/graphql/warm-up.js';
import { createHealthRoutes } from './platform/http/health.routes.js';
import { startHttpServer } from './platform/http/http-server.js';
import { createWebRoutes } from './platform/http/web.routes.js';
import type { Lane } from './platform/jobs/job.js';
import { migrateJobQueue, startJobRunner } from './platform/jobs/job-runner.js';
import { createLog, type Log } from './platform/log.js';
import { waitForStop } from './platform/process/stop-signals.js';
import { readyMessage, type SupervisedChild, superviseChild } from './platform/process/supervisor.js';
import { AppError, createAppError, messageOf } from './shared/errors.js';

/** What has been started, to be stopped in the opposite order. */
type Started = { stop(): Promise<void> }[];

// It is three seconds on two quiet cores. What takes longer than this has trouble that the log tells; people can be served meanwhile.
const longestWarmUpMs = 60_000;

// Requests wait for a connection rather than crowd PostgreSQL, which has a hundred.
const apiConnections = 10;

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const log = createLog({ level: config.logLevel, role: config.role });
  // From here on a signal waits until what is being started can be stopped.
  const stopAsked = waitForStop();
  const started: Started = [];
  let exitCode = 0;
  try {
    await requireWritableFolder(config.dataDir);
    const databaseUrl = await startDatabase(config, started);
    const { ended } =
      config.role === 'all' || config.role === 'api'
        ? await startApi(config, databaseUrl, log, started)
        : await startLane(config, config.role, databaseUrl, log, started);
    const reason = await Promise.race([stopAsked, ended]);
    log.info({ reason }, 'stopping');
  } catch (error) {
    exitCode = 1;
    reportFailure(error, log);
  }
  for (const part of started.reverse()) {
    try {
      await part.stop();
    } catch (error) {
      exitCode = 1;
      reportFailure(error, log);
    }
  }
  // Native libraries keep threads that would hold the process open.
  process.exit(exitCode);
}

async function startDatabase(config: Config, started: Started): Promise<string> {
  let databaseUrl = config.databaseUrl;
  if (databaseUrl === '') {
    const server = await startEmbeddedServer(config.dataDir);
    started.push(server);
    databaseUrl = server.url;
  } else await checkDatabaseReachable(databaseUrl);
  await applyMigrations(databaseUrl);
  await migrateJobQueue(databaseUrl);
  return databaseUrl;
}

/** The API, and in the role `all` worker and trainer as its children. */
async function startApi(
  config: Config,
  databaseUrl: string,
  log: Log,
  started: Started,
): Promise<{ ended: Promise<never> }> {
  const connection = connectDatabase(databaseUrl, { maxConnections: apiConnections });
  started.push({ stop: () => connection.close() });
  const feed = createLiveFeed();
  const listener = await listenToEvents(databaseUrl, ({ topic, id }) => feed.publish(topic, { id }), log);
  started.push({ stop: () => listener.close() });
  // Before anything can be uploaded, so that the first upload is classified.
  await buildInstallStarterModel({ config, connection, log })();

  const lanes: readonly Lane[] = config.role === 'all' ? ['worker', 'trainer'] : [];
  const children = lanes.map((lane) => ({
    lane,
    child: superviseChild({
      name: lane,
      modulePath: import.meta.filename,
      environment: { ...process.env, ROLE: lane, DATABASE_URL: databaseUrl, DATA_DIR: config.dataDir },
      log,
    }),
  }));
  started.push({ stop: async () => void (await Promise.all(children.map(({ child }) => child.stop()))) });

  const { resolvers, routes } = buildApi({ config, connection, log });
  const health = createHealthRoutes({
    check: async () => void (await connection.database.$queryRaw`select 1`),
    describe: () =>
      Object.fromEntries(children.map(({ lane, child }) => [lane, child.isReady() ? 'ready' : 'starting'])),
  });
  const web = createWebRoutes({ folder: join(import.meta.dirname, '..', 'web') });
  const schema = await buildGraphqlSchema(resolvers, feed);
  await warmUp(schema, firstQuestions, log);
  const server = await startHttpServer({
    host: config.host,
    port: config.port,
    schema,
    routes: [health, web, ...routes],
    log,
  });
  started.push(server);
  started.push(
    announceWhenReady(
      server.url,
      children.map(({ child }) => child),
    ),
  );
  return { ended: new Promise<never>(() => {}) };
}

/** Tells people where to go once all is run in: what is uploaded before is taken as well, but waits for the worker. */
function announceWhenReady(url: string, children: readonly SupervisedChild[]): Started[number] {
  let isStopping = false;
  const allReady = Promise.all(children.map(({ firstReady }) => firstReady));
  void Promise.race([allReady, sleep(longestWarmUpMs, undefined, { ref: false })]).then(() => {
    if (isStopping) return;
    process.stdout.write(`Classeur is ready.\n  GraphQL       ${url}/graphql\n  Landing page  ${url}/\n`);
  });
  return {
    async stop() {
      isStopping = true;
    },
  };
}

/** The jobs of one lane. */
async function startLane(
  config: Config,
  lane: Lane,
  databaseUrl: string,
  log: Log,
  started: Started,
): Promise<{ ended: Promise<never> }> {
  const connection = connectDatabase(databaseUrl, { maxConnections: config.workerConcurrency + 2 });
  started.push({ stop: () => connection.close() });
  await buildInstallStarterModel({ config, connection, log })();
  const { handlers, warmUp, close } = buildHandlers({ config, connection, log });
  started.push({ stop: close });
  const runner = await startJobRunner({
    databaseUrl,
    lane,
    concurrency: lane === 'trainer' ? 1 : config.workerConcurrency,
    handlers,
    log,
  });
  started.push(runner);
  log.info({ lane }, 'doing jobs');
  // Beside the jobs: the first document may come before it is done.
  void (lane === 'worker' ? warmUp() : Promise.resolve()).then(() => {
    // Asked to stop, it may have lost its parent by now.
    if (process.connected) process.send?.(readyMessage);
  });
  const ended = runner.ended.then(() => {
    throw createAppError({
      code: 'RUNNER_ENDED',
      message: 'The job runner ended by itself',
      isPublic: false,
    });
  });
  return { ended };
}

async function requireWritableFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw createAppError({
      code: 'DATA_DIR_UNUSABLE',
      message: `The data directory ${folder} cannot be written to: ${messageOf(error)}. Choose another with DATA_DIR`,
      cause: error,
    });
  }
}

function reportFailure(error: unknown, log: Log): void {
  if (error instanceof AppError && error.isPublic) process.stderr.write(`classeur: ${error.message}\n`);
  else {
    log.fatal({ err: error }, 'failed');
    process.stderr.write(`classeur: ${messageOf(error)}\n`);
  }
}

try {
  await main();
} catch (error) {
  process.stderr.write(`classeur: ${messageOf(error)}\n`);
  process.exit(1);
}
