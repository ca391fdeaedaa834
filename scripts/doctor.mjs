// Says what Classeur finds on this machine: the engines of the network and how fast each is, the languages of OCR, the database.
// It changes nothing. It fails only if there is no engine at all.
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { availableParallelism, cpus, freemem, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { readConfig } from '../dist/config.js';
import { ENGINE_NAMES } from '../dist/layoutlmv2/engine.js';
import { getLanguageData } from '../dist/ocr/tesseract-languages.js';
import { startEmbeddedServer } from '../dist/platform/database/embedded-server.js';
import { lastJson, lastLines, run } from './run-program.mjs';

const PROBE_TIMEOUT_MS = 120_000;
const CONNECT_TIMEOUT_MS = 5000;
const GIBIBYTE = 2 ** 30;

const config = readConfig(process.env);
const engines = await probeEngines();
printLines('Machine', [await describeNode(), describeProcessor(), describeMemory()]);
printTable(
  ['Engine', 'Here', 'GFLOP/s', 'Computes on'],
  engines.map(({ name, device, gflops, reason }) =>
    device ? [name, 'yes', gflops.toFixed(gflops < 10 ? 1 : 0), device] : [name, 'no', '', reason],
  ),
);
printLines('', adviseOnEngines(engines));
printLines('OCR', await describeLanguages());
printLines('Database', [await describeDatabase()]);
process.exitCode = engines.some(({ device }) => device) ? 0 : 1;

async function probeEngines() {
  const found = [];
  // One after the other, as each takes all cores.
  for (const name of ENGINE_NAMES) {
    const probe = fileURLToPath(new URL('doctor/probe-engine.mjs', import.meta.url));
    const { output } = await run(process.execPath, [probe, name], { timeoutMs: PROBE_TIMEOUT_MS });
    found.push({
      name,
      ...(lastJson(output) ?? { reason: `The process that tried it ended: ${lastLines(output, 1)}` }),
    });
  }
  return found;
}

function adviseOnEngines(found) {
  const byName = Object.fromEntries(found.map((engine) => [engine.name, engine]));
  const automatic = found.find(({ device }) => device)?.name;
  const chosen = config.engine === 'auto' ? automatic : config.engine;
  const lines = [];
  if (!automatic) lines.push('No engine works: pages cannot be classified here.');
  else if (config.engine === 'auto') lines.push(`ENGINE=auto takes ${automatic}.`);
  else lines.push(`ENGINE=${chosen}${byName[chosen].device ? '.' : ', which does not work here.'}`);
  const hasNvidia = existsSync('/proc/driver/nvidia/version');
  if (hasNvidia && !/NVIDIA|GPU/.test(byName.tensorflow.device ?? '')) {
    lines.push(
      'There is an NVIDIA GPU: "npm run tensorflow:install -- --cuda" builds the engine that uses it best.',
    );
  } else if (!byName.tensorflow.device) {
    lines.push('Several times as fast as wasm on a processor: "npm run tensorflow:install".');
  }
  return lines;
}

async function describeNode() {
  const { engines: supported } = JSON.parse(
    await readFile(new URL('../package.json', import.meta.url), 'utf8'),
  );
  return `Node ${process.versions.node} on ${process.platform} ${process.arch} (Classeur needs ${supported.node})`;
}

function describeProcessor() {
  return `${cpus()[0]?.model.trim() ?? 'an unnamed processor'}, ${availableParallelism()} cores`;
}

function describeMemory() {
  const limit = process.constrainedMemory();
  // Without a limit, Node gives 0 or a number beyond any memory.
  const isLimited = limit > 0 && limit < totalmem();
  const text = `${toGibibytes(totalmem())} GiB of memory, ${toGibibytes(freemem())} GiB of them free`;
  return isLimited ? `${text}; this process may use ${toGibibytes(limit)} GiB` : text;
}

async function describeLanguages() {
  const folder = 'node_modules/@tesseract.js-data';
  const installed = existsSync(folder) ? await readdir(folder) : [];
  const lines = [
    `installed: ${installed.join(', ') || 'none'}; OCR_LANGUAGES=${config.ocrLanguages.join('+')}`,
  ];
  try {
    await getLanguageData(config.ocrLanguages, null);
  } catch (error) {
    lines.push(error.message);
  }
  return lines;
}

async function describeDatabase() {
  try {
    if (config.databaseUrl) return `DATABASE_URL: PostgreSQL ${await askVersion(config.databaseUrl)} answers`;
    return `embedded (no DATABASE_URL): PostgreSQL ${await tryEmbedded()} starts here`;
  } catch (error) {
    return `${config.databaseUrl ? 'DATABASE_URL' : 'embedded (no DATABASE_URL)'}: ${error.message || error.code}`;
  }
}

// In a folder of its own: the one in DATA_DIR may be in use, and is not to be made by asking.
async function tryEmbedded() {
  const folder = await mkdtemp(join(tmpdir(), 'classeur-doctor-'));
  try {
    const server = await startEmbeddedServer(folder);
    const version = await askVersion(server.url);
    await server.stop();
    return version;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function askVersion(url) {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  await client.connect();
  try {
    const { rows } = await client.query('show server_version');
    return rows[0].server_version;
  } finally {
    await client.end();
  }
}

function toGibibytes(bytes) {
  return (bytes / GIBIBYTE).toFixed(1);
}

function printLines(title, lines) {
  for (const [index, line] of lines.entries()) console.log(`${(index === 0 ? title : '').padEnd(12)}${line}`);
  console.log();
}

function printTable(header, rows) {
  const widths = header.map(
    (_, column) => Math.max(...[header, ...rows].map((row) => row[column].length)) + 2,
  );
  for (const row of [header, ...rows])
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('')
        .trimEnd(),
    );
  console.log();
}
