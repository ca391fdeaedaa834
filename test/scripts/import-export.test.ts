/** `npm run import` and `npm run export`, on the built product as `npm test` builds it, against a server in this process. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApi } from '../../src/app.js';
import { readConfig } from '../../src/config.js';
import { createRequireLicence } from '../../src/models/licence.js';
import { createDiskBlobStorage } from '../../src/platform/disk-blob-storage.js';
import { buildGraphqlSchema, createLiveFeed } from '../../src/platform/graphql/schema.js';
import { type HttpServer, startHttpServer } from '../../src/platform/http/http-server.js';
import { createId } from '../../src/shared/ids.js';
import { createStartTrainingRun } from '../../src/training/start-training-run.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { silentLog } from '../support/log.js';

let database: TestDatabase;
let server: HttpServer;
let home: string;

beforeAll(async () => {
  database = await createTestDatabase();
  home = await mkdtemp(join(tmpdir(), 'classeur-import-'));
  const { connection } = database;
  const config = readConfig({ DATA_DIR: home });
  const { resolvers, routes } = buildApi({ config, connection, log: silentLog });
  const schema = await buildGraphqlSchema(resolvers, createLiveFeed());
  server = await startHttpServer({ host: '127.0.0.1', port: 0, schema, routes, log: silentLog });
});
afterAll(async () => {
  await server.stop();
  await database.close();
  await rm(home, { recursive: true, force: true });
});

function startScript(name: string, args: readonly string[], url: string) {
  const env = { ...process.env, DATA_DIR: home, INIT_CWD: home };
  const child = spawn(process.execPath, [`scripts/${name}.mjs`, ...args, '--url', url], { env });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<{ status: number | null; stdout: string; stderr: string }>((resolve) =>
    child.on('close', (status) => resolve({ status, stdout, stderr })),
  );
  return { child, ended };
}
const runScript = (name: string, args: readonly string[], url = server.url) =>
  startScript(name, args, url).ended;

/** Passes all on to the server; of uploads it gives only the first answers back, until it is told to give all. */
async function startProxy({ answered }: { answered: number }) {
  let left = answered;
  let withheld = 0;
  const changes = new EventEmitter();
  const proxy = createServer(async (request, response) => {
    const contentType = request.headers['content-type'] ?? '';
    const body = await buffer(request);
    const isUpload = contentType.startsWith('multipart/');
    const answer = await fetch(`${server.url}${request.url}`, {
      method: 'POST',
      headers: { 'content-type': contentType },
      body,
    });
    const text = await answer.text();
    if (isUpload && left === 0) {
      withheld += 1;
      changes.emit('withheld');
      return;
    }
    if (isUpload) left -= 1;
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text);
  });
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    async hasWithheld(count: number) {
      while (withheld < count) await once(changes, 'withheld');
    },
    answerAll() {
      left = Number.POSITIVE_INFINITY;
    },
    async stop() {
      proxy.closeAllConnections();
      await new Promise((done) => proxy.close(done));
    },
  };
}

const picture = (shade: number) =>
  sharp({ create: { width: 40, height: 60, channels: 3, background: { r: shade, g: 90, b: 200 } } })
    .png()
    .toBuffer();
const listBelow = async (folder: string) =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
const readRows = async (path: string) =>
  (await readFile(path, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('importing a folder', () => {
  const inbox = () => join(home, 'inbox');

  beforeAll(async () => {
    for (const [label, shade] of [
      ['invoice', 0],
      ['letter', 100],
    ] as const) {
      await mkdir(join(inbox(), label, 'deep'), { recursive: true });
      for (let index = 0; index < 6; index += 1) {
        const folder = index % 2 === 0 ? label : join(label, 'deep');
        await writeFile(join(inbox(), folder, `${index}.png`), await picture(shade + index));
      }
    }
    await copyFile(join(inbox(), 'letter', '0.png'), join(inbox(), 'letter', 'copy.png'));
    await writeFile(join(inbox(), 'notes.txt'), 'nothing but text');
    await writeFile(join(inbox(), '.hidden.png'), await picture(250));
  });

  it('tells what was new, duplicate and refused, and labels by folder', async () => {
    const { status, stdout, stderr } = await runScript('import', ['inbox', '--labels-from-folders']);
    expect(stderr).toContain(`14 files in ${inbox()}`);
    expect(stderr).toContain('14 of 14 files (100 %)');
    expect(stdout).toMatch(/^new 12, duplicate 1, refused 1, failed 0\n/);
    expect(stdout).toMatch(/notes\.txt: .+\(UNSUPPORTED_MEDIA_TYPE\)/);
    expect(status).toBe(1);
    const labelled = await database.query<{ name: string; count: string }>(
      'select l.name, count(*) from documents as d join labels as l on l.id = d.label_id group by l.name order by l.name',
    );
    expect(labelled).toEqual([
      { name: 'invoice', count: '6' },
      { name: 'letter', count: '6' },
    ]);
  });

  it('goes on where it broke off: sends only what is new, changed or was refused', async () => {
    await rm(join(inbox(), 'notes.txt'));
    await writeFile(join(inbox(), 'late.png'), await picture(240));
    const { status, stdout, stderr } = await runScript('import', ['inbox', '--labels-from-folders']);
    expect(stderr).toContain('13 of them taken in before');
    expect(stdout).toBe('new 1, duplicate 0, refused 0, failed 0, taken in before 13\n');
    expect(status).toBe(0);
  });

  it('sends the rest, and none twice, after it was killed in the midst of it', async () => {
    const outbox = join(home, 'outbox');
    await mkdir(outbox);
    for (let index = 0; index < 8; index += 1)
      await writeFile(join(outbox, `${index}.png`), await picture(150 + index));
    const countDocuments = async () =>
      (await database.query<{ count: number }>('select count(*)::int as count from documents'))[0]?.count ??
      0;
    const before = await countDocuments();
    const journalsBefore = await listBelow(join(home, 'imports'));
    const proxy = await startProxy({ answered: 3 });
    try {
      const { child, ended } = startScript('import', ['outbox'], proxy.url);
      // Both uploads under way have been taken in, and nobody has said so: it can only end by being killed.
      await proxy.hasWithheld(2);
      child.kill('SIGKILL');
      expect((await ended).status).toBeNull();
      const isNew = (name: string) => !journalsBefore.includes(name);
      const [journal = ''] = (await listBelow(join(home, 'imports'))).filter(isNew);
      expect(await readRows(join(home, 'imports', journal))).toHaveLength(3);

      proxy.answerAll();
      const { status, stdout, stderr } = await runScript('import', ['outbox'], proxy.url);
      expect(stderr).toContain('3 of them taken in before');
      expect(stdout).toBe('new 3, duplicate 2, refused 0, failed 0, taken in before 3\n');
      expect(status).toBe(0);
      expect(await countDocuments()).toBe(before + 8);
    } finally {
      await proxy.stop();
    }
  });

  it.each([
    [[], /Name one folder\.\nUsage: npm run import/],
    [['nowhere'], /nowhere cannot be read: ENOENT/],
    [['inbox', '--what'], /Unknown option '--what'/],
  ])('says what is wrong with %j', async (args, fault) => {
    const { status, stderr } = await runScript('import', args);
    expect(stderr).toMatch(fault);
    expect(status).toBe(1);
  });

  it('says that nobody answers', async () => {
    const { status, stderr } = await runScript('import', ['inbox'], 'http://127.0.0.1:1');
    expect(stderr).toMatch(/^Classeur cannot be reached at http:\/\/127\.0\.0\.1:1 \(.+\)\. Is it running\?/);
    expect(status).toBe(1);
  });
});

describe('exporting a snapshot', () => {
  let snapshotId: string;
  const counts = { train: 0, validation: 0, test: 0 };

  // What was imported above, as if it had been rendered and read.
  beforeAll(async () => {
    const blobs = createDiskBlobStorage({ folder: join(home, 'blobs') });
    const image = await blobs.write(Readable.from([await picture(33)]), { maxBytes: 1_000_000 });
    const documents = await database.query<{ id: string }>(
      `update documents set status = 'READY' returning id`,
    );
    for (const [index, { id: documentId }] of documents.entries()) {
      const id = createId();
      const sha256 = { imageSha256: image.sha256, thumbnailSha256: image.sha256 };
      const page = {
        id,
        documentId,
        number: 1,
        width: 40,
        height: 60,
        imageMediaType: 'image/png',
        ...sha256,
      };
      await database.connection.database.page.create({
        data: { ...page, perceptualHash: '0', text: 'hello' },
      });
      const words = { texts: ['hello', `${index}`], boxes: [1, 2, 3, 4, 5, 6, 7, 8], confidences: [] };
      await database.connection.database.pageWords.create({
        data: { id: createId(), pageId: id, ocrVersion: 'test/1', source: 'text-layer', ...words },
      });
    }
    const start = createStartTrainingRun({
      connection: database.connection,
      requireLicence: createRequireLicence({ allowNoncommercial: true }),
      announce: async () => {},
      minimumPerLabel: 3,
      modelSize: 'tiny',
    });
    const nothing = { note: null, baseModelId: null, fromScratch: false, hyperparameters: {} };
    snapshotId = (await start({ trigger: 'MANUAL', ...nothing })).snapshotId ?? '';
    const splits = await database.query<{ split: string; count: string }>(
      'select split, count(*) from dataset_items where snapshot_id = $1 group by split',
      [snapshotId],
    );
    const names: Record<string, keyof typeof counts> = {
      TRAIN: 'train',
      VALIDATION: 'validation',
      HOLDOUT: 'test',
    };
    for (const { split, count } of splits) counts[names[split] ?? 'train'] = Number(count);
  });

  it('writes the original files by split and label, with a manifest', async () => {
    const { status, stdout } = await runScript('export', [snapshotId, 'files']);
    expect(stdout).toBe(`12 documents, 12 files in ${join(home, 'files')}\n`);
    expect(status).toBe(0);
    const rows = await readRows(join(home, 'files', 'documents.jsonl'));
    expect(rows).toHaveLength(12);
    for (const { file, sha256, label, split } of rows) {
      expect(file).toMatch(new RegExp(`^${split}/${label}/.*\\.png$`));
      const bytes = await readFile(join(home, 'files', String(file)));
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    }
    const manifest = JSON.parse(await readFile(join(home, 'files', 'manifest.json'), 'utf8'));
    expect(manifest).toMatchObject({
      snapshot: snapshotId,
      format: 'folder',
      holdoutVersion: 1,
      documents: 12,
    });
    expect(manifest.counts).toContainEqual({ label: 'invoice', split: 'test', documents: 1 });
    expect(await listBelow(join(home, 'files'))).toHaveLength(14);
  });

  it('writes page images with metadata as Hugging Face’s imagefolder wants them', async () => {
    const { status } = await runScript('export', [snapshotId, 'images', '--format', 'imagefolder']);
    expect(status).toBe(0);
    for (const split of ['train', 'validation', 'test'] as const) {
      const rows = await readRows(join(home, 'images', split, 'metadata.jsonl'));
      expect(rows).toHaveLength(counts[split]);
      for (const { file_name: name, label } of rows) {
        expect(['invoice', 'letter']).toContain(label);
        expect((await sharp(join(home, 'images', split, String(name))).metadata()).width).toBe(40);
      }
    }
  });

  it('writes words and boxes a line for each page', async () => {
    const { status } = await runScript('export', [snapshotId, 'lines', '--format', 'jsonl']);
    expect(status).toBe(0);
    const rows = await readRows(join(home, 'lines', 'train.jsonl'));
    expect(rows).toHaveLength(counts.train);
    expect(rows[0]).toMatchObject({
      page: 1,
      words: ['hello', expect.any(String)],
      boxes: [
        [1, 2, 3, 4],
        [5, 6, 7, 8],
      ],
      ocr_version: 'test/1',
    });
    await readFile(join(home, 'lines', String(rows[0]?.image)));
  });

  it('refuses a folder that is not empty, and takes one that is', async () => {
    const { status, stderr } = await runScript('export', [snapshotId, 'files']);
    expect(stderr).toContain('files is not empty');
    expect(status).toBe(1);
    await mkdir(join(home, 'empty'));
    expect(await runScript('export', [snapshotId, 'empty'])).toMatchObject({ status: 0 });
  });

  it('goes on with what was left half done, which is called so until all is there', async () => {
    const partial = join(home, 'half.partial');
    const files = join(home, 'files');
    await mkdir(partial);
    await writeFile(join(partial, 'export.json'), JSON.stringify({ snapshotId, format: 'folder' }));
    const [first, second] = (await listBelow(files)).filter((name) => name.endsWith('.png'));
    await mkdir(join(partial, String(first), '..'), { recursive: true });
    await copyFile(join(files, String(first)), join(partial, String(first)));
    await mkdir(join(partial, String(second), '..'), { recursive: true });
    await writeFile(join(partial, `${second}.part`), 'torn');
    const { status, stderr } = await runScript('export', [snapshotId, 'half']);
    expect(stderr).toContain(`Going on with ${partial}`);
    expect(status).toBe(0);
    expect(await listBelow(join(home, 'half'))).toEqual(await listBelow(files));
    expect((await readdir(home)).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });

  it('leaves another export’s half alone', async () => {
    await mkdir(join(home, 'other.partial'));
    await writeFile(
      join(home, 'other.partial', 'export.json'),
      JSON.stringify({ snapshotId, format: 'jsonl' }),
    );
    const { status, stderr } = await runScript('export', [snapshotId, 'other']);
    expect(stderr).toMatch(/holds a started export of .+ as jsonl\. Remove it, or name another folder\./);
    expect(status).toBe(1);
  });

  it.each([
    [() => [snapshotId], /Name a snapshot and a folder\./],
    [() => [createId(), 'none'], /There is no dataset snapshot/],
    [() => [snapshotId, 'none', '--format', 'csv'], /There is no format "csv"\./],
  ])('says what is wrong with what it is asked for', async (args, fault) => {
    const { status, stderr } = await runScript('export', args());
    expect(stderr).toMatch(fault);
    expect(status).toBe(1);
    expect(await readdir(home)).not.toContain('none.partial');
  });
});
