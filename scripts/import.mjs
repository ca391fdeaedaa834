// Uploads a folder with all that is in it to a running Classeur:
//   npm run import -- FOLDER [--labels-from-folders] [--url http://127.0.0.1:4000]
// With --labels-from-folders each file is decided to be what the folder directly below FOLDER is called that it lies in.
// What has been taken in is written down in DATA_DIR/imports: started again, it goes on from there, and refused files are
// tried again. Exits with 1 if anything was refused or failed.
import { createHash } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig } from '../dist/config.js';
import { createProgress } from './client/progress.mjs';
import { connectToServer, defaultUrl, ServerError } from './client/server.mjs';
import { workThrough } from './client/work-through.mjs';

const USAGE = 'npm run import -- FOLDER [--labels-from-folders] [--url URL]';
// The server reads and hashes one while the other is sent.
const AT_ONCE = 2;
// Shown at the end; the others are in the journal.
const MOST_SHOWN = 20;

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof ServerError) && error.name !== 'UsageError') throw error;
  console.error(error.message);
  process.exitCode = 1;
}

async function main() {
  const { folder, url, byFolder } = readArguments();
  const config = readConfig(process.env);
  const server = connectToServer(url ?? defaultUrl(config));
  const { documents } = await server.ask('{ documents(first: 1) { totalCount } }', {}, { isFirst: true });
  const files = await listFiles(folder, byFolder);
  if (files.length === 0) throw usageError(`There is no file in ${folder}.`);
  const journal = await openJournal(config.dataDir, server.url, folder);
  const open = files.filter((file) => !journal.isDone(file));
  const before = files.length - open.length;
  console.error(
    `${files.length} files in ${folder}${before > 0 ? `, ${before} of them taken in before` : ''}; ${documents.totalCount} documents at ${server.url}`,
  );

  const counts = { new: 0, duplicate: 0, refused: 0, failed: 0 };
  const faults = [];
  const progress = createProgress(files.length, 'files');
  progress.skip(before);
  // Whatever has been answered is in the journal by then.
  process.once('SIGINT', () => {
    progress.end();
    console.error('Interrupted. Start the same again to go on.');
    process.exit(130);
  });
  try {
    await workThrough(open, AT_ONCE, async (file) => {
      const entry = await importFile(server, file);
      counts[entry.outcome] += 1;
      if (entry.message) faults.push(entry);
      journal.write(entry);
      progress.step();
    });
  } finally {
    progress.end();
    printSummary(counts, before, faults, journal.path);
  }
  return counts.refused + counts.failed > 0 ? 1 : 0;
}

function readArguments() {
  let parsed;
  try {
    parsed = parseArgs({
      allowPositionals: true,
      options: { 'labels-from-folders': { type: 'boolean', default: false }, url: { type: 'string' } },
    });
  } catch (error) {
    throw usageError(error.message);
  }
  const { positionals, values } = parsed;
  if (positionals.length !== 1) throw usageError('Name one folder.');
  // npm runs this in the folder of Classeur, not where it was called.
  const folder = resolve(process.env.INIT_CWD ?? process.cwd(), positionals[0]);
  return { folder, url: values.url, byFolder: values['labels-from-folders'] };
}

// All files below a folder but hidden ones, by path; what is linked to is not followed.
async function listFiles(folder, byFolder) {
  let entries;
  try {
    entries = await readdir(folder, { recursive: true, withFileTypes: true });
  } catch (error) {
    throw usageError(`${folder} cannot be read: ${error.message}`);
  }
  const files = [];
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath ?? entry.path, entry.name);
    const parts = relative(folder, path).split(sep);
    if (parts.some((part) => part.startsWith('.'))) continue;
    const { size, mtimeMs } = await stat(path);
    const label = byFolder && parts.length > 1 ? parts[0] : null;
    files.push({ path, name: parts.join('/'), byteSize: size, modifiedMs: mtimeMs, label });
  }
  return files.sort((left, right) => (left.name < right.name ? -1 : 1));
}

async function importFile(server, file) {
  const { path, name, byteSize, modifiedMs, label } = file;
  const entry = { name, byteSize, modifiedMs, label };
  try {
    const { document, duplicate, error } = await server.upload({
      path,
      filename: basename(path),
      byteSize,
      label,
    });
    if (document) return { ...entry, outcome: duplicate ? 'duplicate' : 'new', documentId: document.id };
    return { ...entry, outcome: error.code === 'UPLOAD_FAILED' ? 'failed' : 'refused', ...error };
  } catch (error) {
    if (error instanceof ServerError && error.isUnreachable) throw error;
    // Such as a name that no label may have; or a file that has gone since it was listed.
    const outcome = error instanceof ServerError ? 'refused' : 'failed';
    return { ...entry, outcome, code: error.code ?? null, message: error.message };
  }
}

// A line for each file that the server has answered for.
async function openJournal(dataDir, url, folder) {
  const key = createHash('sha256').update(`${url}\n${folder}`).digest('hex').slice(0, 16);
  const path = join(dataDir, 'imports', `${key}.jsonl`);
  await mkdir(dirname(path), { recursive: true });
  const done = new Set();
  for (const line of await readLines(path)) {
    const { outcome, ...entry } = line;
    if (outcome === 'new' || outcome === 'duplicate') done.add(keyOf(entry));
  }
  return {
    path,
    isDone: (file) => done.has(keyOf(file)),
    // At once: what has been answered must be known after a power cut.
    write: (entry) => appendFileSync(path, `${JSON.stringify(entry)}\n`),
  };
}

// A file that has changed, or is to have another label, is another one.
function keyOf({ name, byteSize, modifiedMs, label }) {
  return JSON.stringify([name, byteSize, modifiedMs, label]);
}

async function readLines(path) {
  let text;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
  // The last line may be half there.
  return text.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line)];
    } catch {
      return [];
    }
  });
}

function printSummary(counts, before, faults, journalPath) {
  console.log(
    `new ${counts.new}, duplicate ${counts.duplicate}, refused ${counts.refused}, failed ${counts.failed}` +
      (before > 0 ? `, taken in before ${before}` : ''),
  );
  for (const { name, code, message } of faults.slice(0, MOST_SHOWN))
    console.log(`  ${name}: ${message}${code ? ` (${code})` : ''}`);
  if (faults.length > MOST_SHOWN) console.log(`  … and ${faults.length - MOST_SHOWN} more`);
  if (faults.length > 0) console.log(`All of it is in ${journalPath}`);
}

function usageError(fault) {
  return Object.assign(new Error(`${fault}\nUsage: ${USAGE}`), { name: 'UsageError' });
}
