import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createUploadDocument, type UploadDocument } from '../../src/documents/upload-document.js';
import { jobsAfter } from '../../src/pipeline.js';
import { createDiskBlobStorage } from '../../src/platform/disk-blob-storage.js';
import { enqueueJobs } from '../../src/platform/jobs/job-queue.repository.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const maxBytes = 10_000;

describe('an upload', () => {
  let database: TestDatabase;
  let folder: string;
  let uploadDocument: UploadDocument;
  beforeAll(async () => {
    database = await createTestDatabase();
    folder = await mkdtemp(join(tmpdir(), 'uploads-'));
    uploadDocument = createUploadDocument({
      connection: database.connection,
      blobs: createDiskBlobStorage({ folder }),
      announce: (tx, fact) => enqueueJobs(tx, jobsAfter(fact)),
      maxBytes,
    });
  });
  beforeEach(async () => {
    await database.query('truncate documents cascade');
    await database.query('truncate graphile_worker._private_jobs');
    await rm(folder, { recursive: true });
  });
  afterAll(() => database.close());

  const pdf = (text: string) => Buffer.from(`%PDF-1.7\n${text}`);

  /** Sends bytes in small pieces, as a network does. */
  async function* piecesOf(bytes: Buffer) {
    for (let start = 0; start < bytes.length; start += 7) yield bytes.subarray(start, start + 7);
  }
  const upload = (bytes: Buffer, filename = 'a.pdf') => uploadDocument({ filename, stream: piecesOf(bytes) });

  const listJobs = () =>
    database.query(
      `select task.identifier as job, job.payload from graphile_worker._private_jobs as job
       join graphile_worker._private_tasks as task on task.id = job.task_id`,
    );
  const countRows = () => database.connection.database.document.count();

  /** Every file below the folder of blobs. */
  async function listBlobs(): Promise<string[]> {
    try {
      const names = await readdir(folder, { recursive: true });
      const files = await Promise.all(
        names.map(async (name) => ((await stat(join(folder, name))).isFile() ? [name] : [])),
      );
      return files.flat();
    } catch (error) {
      // Nothing has ever been written.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  it('becomes a document, its bytes are kept, and its rendering is on its way', async () => {
    const bytes = pdf('ten pounds');
    const { document, isDuplicate } = await upload(bytes, 'C:\\scans\\invoice 1.txt');
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(isDuplicate).toBe(false);
    expect(document).toMatchObject({
      filename: 'invoice 1.txt',
      mediaType: 'application/pdf',
      byteSize: bytes.length,
      sha256,
      status: 'QUEUED',
      failure: null,
      pageCount: null,
      labelId: null,
      labelSource: null,
      needsReview: true,
    });
    expect(await listBlobs()).toEqual([expect.stringContaining(sha256)]);
    expect(await listJobs()).toEqual([{ job: 'render-document', payload: { documentId: document.id } }]);
  });

  it('of bytes that are here already answers the document they belong to', async () => {
    const first = await upload(pdf('twice'), 'first.pdf');
    const second = await upload(pdf('twice'), 'second.pdf');
    expect(second).toEqual({ document: first.document, isDuplicate: true });
    expect(await listJobs()).toHaveLength(1);
  });

  it('of the same bytes by many at once becomes one document', async () => {
    const results = await Promise.all(Array.from({ length: 6 }, () => upload(pdf('all at once'))));
    expect(new Set(results.map(({ document }) => document.id)).size).toBe(1);
    expect(results.filter(({ isDuplicate }) => !isDuplicate)).toHaveLength(1);
    expect(await listJobs()).toHaveLength(1);
  });

  it.each([
    ['an empty file', Buffer.alloc(0), 'EMPTY_FILE', /0 bytes/],
    [
      'a file of another type',
      Buffer.from('PK\x03\x04 something'),
      'UNSUPPORTED_MEDIA_TYPE',
      /a ZIP archive/,
    ],
    ['a file that is too large', pdf('x'.repeat(maxBytes)), 'TOO_LARGE', /limit of 10000 bytes/],
  ])('of %s is refused and leaves nothing', async (_what, bytes, code, message) => {
    await expect(upload(bytes)).rejects.toMatchObject({
      code,
      isPublic: true,
      message: expect.stringMatching(message),
    });
    expect(await listBlobs()).toEqual([]);
    expect(await countRows()).toBe(0);
    expect(await listJobs()).toEqual([]);
  });

  it('that breaks leaves nothing', async () => {
    async function* breaking() {
      yield pdf('half a ');
      throw new Error('connection lost');
    }
    await expect(uploadDocument({ filename: 'a.pdf', stream: breaking() })).rejects.toThrow(
      'connection lost',
    );
    expect(await listBlobs()).toEqual([]);
    expect(await countRows()).toBe(0);
  });

  it('is told by its content, whatever its name says', async () => {
    const { document } = await upload(Buffer.from('\x89PNG\r\n\x1a\n and so on', 'latin1'), 'scan.pdf');
    expect(document.mediaType).toBe('image/png');
  });

  it('and what belongs to it are kept together or not at all', async () => {
    const failing = uploadDocument(
      { filename: 'a.pdf', stream: piecesOf(pdf('together')) },
      async (tx, document) => {
        expect(await tx.document.findUnique({ where: { id: document.id } })).not.toBeNull();
        throw new Error('the label is retired');
      },
    );
    await expect(failing).rejects.toThrow('the label is retired');
    expect(await countRows()).toBe(0);
    expect(await listJobs()).toEqual([]);
    // The next try finds everything as it was.
    expect(await upload(pdf('together'))).toMatchObject({ isDuplicate: false });
    expect(await listJobs()).toHaveLength(1);
  });
});
