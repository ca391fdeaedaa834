// Writes a dataset snapshot of a running Classeur into a new folder:
//   npm run export -- SNAPSHOT_ID FOLDER [--format folder|imagefolder|jsonl] [--url http://127.0.0.1:4000]
// folder: the original files, by split and label. imagefolder: page images by split with metadata.jsonl, as Hugging Face's
// `load_dataset("imagefolder", data_dir=…)` reads them. jsonl: a line for each page with its words and boxes, and the images.
// Until all is there it is called FOLDER.partial; started again, it goes on from there.
import { mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig } from '../dist/config.js';
import { EXPORT_FORMATS, writeDataset } from './client/dataset-folder.mjs';
import { connectToServer, defaultUrl, ServerError } from './client/server.mjs';

const USAGE = `npm run export -- SNAPSHOT_ID FOLDER [--format ${EXPORT_FORMATS.join('|')}] [--url URL]`;
// In the folder until it is whole: what it is to become.
const MARK = 'export.json';

try {
  await main();
} catch (error) {
  if (!(error instanceof ServerError) && error.name !== 'UsageError') throw error;
  console.error(error.message);
  process.exitCode = 1;
}

async function main() {
  const { snapshotId, folder, format, url } = readArguments();
  if ((await listFolder(folder)).length > 0)
    throw usageError(`${folder} is not empty. Name a folder that is empty or is not there yet.`);
  const server = connectToServer(url ?? defaultUrl(readConfig(process.env)));
  const snapshot = await findSnapshot(server, snapshotId);
  if (!snapshot) throw usageError(`There is no dataset snapshot ${snapshotId} at ${server.url}.`);

  const partial = `${folder}.partial`;
  await beginOrGoOn(partial, { snapshotId, format });
  process.once('SIGINT', () => {
    console.error(`\nInterrupted: what is there so far is in ${partial}. Start the same again to go on.`);
    process.exit(130);
  });
  let summary;
  try {
    summary = await writeDataset({ server, snapshot, format, folder: partial });
  } catch (error) {
    console.error(
      `Not all could be written: what is there so far is in ${partial}. Start the same again to go on.`,
    );
    throw error;
  }
  if (await isThere(folder)) await rmdir(folder);
  await rename(partial, folder);
  await rm(`${folder}/${MARK}`);
  console.log(`${summary.documents} documents, ${summary.files} files in ${folder}`);
  if (summary.readAnew > 0)
    console.log(
      `${summary.readAnew} documents have been read anew since the snapshot: their words are those of now.`,
    );
}

function readArguments() {
  let parsed;
  try {
    parsed = parseArgs({
      allowPositionals: true,
      options: { format: { type: 'string', default: 'folder' }, url: { type: 'string' } },
    });
  } catch (error) {
    throw usageError(error.message);
  }
  const { positionals, values } = parsed;
  if (positionals.length !== 2) throw usageError('Name a snapshot and a folder.');
  if (!EXPORT_FORMATS.includes(values.format))
    throw usageError(`There is no format ${JSON.stringify(values.format)}.`);
  const [snapshotId, name] = positionals;
  // npm runs this in the folder of Classeur, not where it was called.
  const folder = resolve(process.env.INIT_CWD ?? process.cwd(), name);
  return { snapshotId, folder, format: values.format, url: values.url };
}

async function findSnapshot(server, id) {
  const { datasetSnapshot } = await server.ask(
    `query ($id: ID!) { datasetSnapshot(id: $id) {
      id createdAt holdoutVersion counts { label { name } split documents } documents(first: 1) { totalCount }
    } }`,
    { id },
    { isFirst: true },
  );
  return datasetSnapshot;
}

// Makes the unfinished folder, or makes sure that the one there is of the same export.
async function beginOrGoOn(partial, wanted) {
  const entries = await listFolder(partial);
  const mark = `${partial}/${MARK}`;
  if (entries.length > 0) {
    const found = entries.includes(MARK) ? JSON.parse(await readFile(mark, 'utf8')) : null;
    if (found?.snapshotId !== wanted.snapshotId || found.format !== wanted.format) {
      const what = found ? `a started export of ${found.snapshotId} as ${found.format}` : 'something else';
      throw usageError(`${partial} holds ${what}. Remove it, or name another folder.`);
    }
    console.error(`Going on with ${partial}`);
    return;
  }
  await mkdir(dirname(partial), { recursive: true });
  await mkdir(partial, { recursive: true });
  await writeFile(mark, JSON.stringify(wanted));
}

async function listFolder(path) {
  try {
    return await readdir(path);
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    if (error.code === 'ENOTDIR') throw usageError(`${path} is a file.`);
    throw error;
  }
}

async function isThere(path) {
  try {
    await readdir(path);
    return true;
  } catch (error) {
    if (error.code === 'ENOENT') return false;
    throw error;
  }
}

function usageError(fault) {
  return Object.assign(new Error(`${fault}\nUsage: ${USAGE}`), { name: 'UsageError' });
}
