// A dataset snapshot as a folder of files. Files that are there already are kept: a folder that was left half done is
// finished. The lists are written last, from the start.
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { createProgress } from './progress.mjs';
import { workThrough } from './work-through.mjs';

export const EXPORT_FORMATS = ['folder', 'imagefolder', 'jsonl'];

// The names that Hugging Face's loaders know splits by.
const SPLIT_NAMES = { TRAIN: 'train', VALIDATION: 'validation', HOLDOUT: 'test' };
const EXTENSIONS = {
  'application/pdf': 'pdf',
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/tiff': 'tif',
  'image/webp': 'webp',
  'image/bmp': 'bmp',
  'image/gif': 'gif',
  'image/heic': 'heic',
};
const DOCUMENTS_AT_ONCE = 25;
const DOWNLOADS_AT_ONCE = 4;

// Writes the files of a snapshot into a folder; gives how many documents and files it wrote.
export async function writeDataset({ server, snapshot, format, folder }) {
  const summary = { documents: 0, files: 0, readAnew: 0 };
  const folderOfLabel = createLabelFolders();
  const present = new Map();
  const lists = createLists(folder);
  const progress = createProgress(snapshot.documents.totalCount, 'documents');

  // The file with this stem in this folder: the one that is there, or the one downloaded now.
  const fetchFile = async (directory, stem, address, expected) => {
    const key = join(folder, directory);
    if (!present.has(key)) {
      await mkdir(key, { recursive: true });
      const names = (await readdir(key)).filter((name) => !name.endsWith('.part'));
      present.set(key, new Map(names.map((name) => [stemOf(name), name])));
    }
    summary.files += 1;
    const known = present.get(key).get(stem);
    if (known !== undefined) return known;
    const nameFor = (mediaType) => `${stem}.${EXTENSIONS[mediaType] ?? 'bin'}`;
    const path = await server.download(address, (mediaType) => join(key, nameFor(mediaType)), expected);
    return path.slice(key.length + 1);
  };

  const writeOriginal = async (item) => {
    const { document } = item;
    const directory = `${SPLIT_NAMES[item.split]}/${folderOfLabel(item.label.id, item.labelName)}`;
    const name = await fetchFile(directory, document.id, document.downloadUrl, { sha256: document.sha256 });
    return [['documents.jsonl', { file: `${directory}/${name}`, ...describeItem(item) }]];
  };
  const writeImages = async (item) => {
    const split = SPLIT_NAMES[item.split];
    const rows = [];
    for (const page of item.document.pages) {
      const name = await fetchFile(split, stemOfPage(item, page), page.imageUrl);
      rows.push([`${split}/metadata.jsonl`, { file_name: name, page: page.number, ...describeItem(item) }]);
    }
    return rows;
  };
  const writePages = async (item) => {
    const rows = [];
    for (const page of item.document.pages) {
      const name = await fetchFile('images', stemOfPage(item, page), page.imageUrl);
      const row = {
        id: stemOfPage(item, page),
        image: `images/${name}`,
        page: page.number,
        width: page.width,
        height: page.height,
        upright_turn: page.uprightTurn,
        ocr_version: page.ocrVersion,
        words: page.words.map(({ text }) => text),
        boxes: page.words.map(({ box }) => box),
        ...describeItem(item),
      };
      rows.push([`${SPLIT_NAMES[item.split]}.jsonl`, row]);
    }
    return rows;
  };
  const write = { folder: writeOriginal, imagefolder: writeImages, jsonl: writePages }[format];

  for await (const items of listItems(server, snapshot.id, format)) {
    // By number, so that the lists are in the order of the documents whoever is fetched first.
    const rows = [];
    await workThrough(items.entries(), DOWNLOADS_AT_ONCE, async ([index, item]) => {
      rows[index] = await write(item);
      progress.step();
    });
    for (const [list, row] of rows.flat()) await lists.add(list, row);
    summary.documents += items.length;
    summary.readAnew += items.filter(isReadAnew).length;
  }
  progress.end();
  await lists.close();
  await writeFile(
    join(folder, 'manifest.json'),
    `${JSON.stringify(describeSnapshot(snapshot, format), null, 2)}\n`,
  );
  return summary;
}

// The documents of a snapshot, some at a time.
async function* listItems(server, snapshotId, format) {
  const pages = {
    folder: '',
    imagefolder: 'pages { number imageUrl ocrVersion }',
    jsonl: 'pages { number width height imageUrl ocrVersion uprightTurn words { text box } }',
  }[format];
  const query = `query ($id: ID!, $first: Int!, $after: String) { datasetSnapshot(id: $id) {
    documents(first: $first, after: $after) { pageInfo { hasNextPage endCursor } edges { node {
      split labelName groupId decisionId ocrVersions label { id }
      document { id filename mediaType byteSize sha256 downloadUrl ${pages} }
    } } }
  } }`;
  let after = null;
  do {
    const { datasetSnapshot } = await server.ask(query, { id: snapshotId, first: DOCUMENTS_AT_ONCE, after });
    const { edges, pageInfo } = datasetSnapshot.documents;
    yield edges.map(({ node }) => node);
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after !== null);
}

function describeItem({ document, labelName, split, groupId, decisionId, ocrVersions }) {
  return {
    label: labelName,
    split: SPLIT_NAMES[split],
    document_id: document.id,
    filename: document.filename,
    sha256: document.sha256,
    group_id: groupId,
    decision_id: decisionId,
    ocr_versions: ocrVersions,
  };
}

function describeSnapshot({ id, createdAt, holdoutVersion, counts, documents }, format) {
  return {
    snapshot: id,
    createdAt,
    format,
    holdoutVersion,
    documents: documents.totalCount,
    counts: counts.map(({ label, split, documents: count }) => ({
      label: label.name,
      split: SPLIT_NAMES[split],
      documents: count,
    })),
  };
}

function isReadAnew({ ocrVersions, document }) {
  return (document.pages ?? []).some(
    ({ ocrVersion }) => ocrVersion !== null && !ocrVersions.includes(ocrVersion),
  );
}

// A folder name for each label: what no file system takes is replaced, and no two labels share one.
function createLabelFolders() {
  const folders = new Map();
  return (labelId, name) => {
    if (!folders.has(labelId)) {
      const clean = name.replace(/[/\\:*?"<>|\p{Cc}]/gu, '_').replace(/^\.+|[. ]+$/g, '_') || '_';
      // File systems that do not tell case apart would take two labels for one.
      const taken = [...folders.values()].some((other) => other.toLowerCase() === clean.toLowerCase());
      folders.set(labelId, taken ? `${clean} ${labelId.slice(-8)}` : clean);
    }
    return folders.get(labelId);
  };
}

// Lists of one JSON object a line, each whole or not at all.
function createLists(folder) {
  const streams = new Map();
  return {
    async add(name, row) {
      if (!streams.has(name)) {
        const path = join(folder, name);
        await mkdir(join(path, '..'), { recursive: true });
        streams.set(name, createWriteStream(`${path}.part`));
      }
      const stream = streams.get(name);
      if (!stream.write(`${JSON.stringify(row)}\n`))
        await new Promise((resume) => stream.once('drain', resume));
    },
    async close() {
      for (const [name, stream] of streams) {
        stream.end();
        await finished(stream);
        await rename(join(folder, `${name}.part`), join(folder, name));
      }
    },
  };
}

function stemOfPage({ document }, { number }) {
  return `${document.id}-${number}`;
}

function stemOf(name) {
  const dot = name.lastIndexOf('.');
  return dot < 0 ? name : name.slice(0, dot);
}
